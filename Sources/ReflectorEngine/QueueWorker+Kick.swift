import AFXDP

/// The system calls of a turn: as few as it takes, and a bounded number however the kernel answers.
extension QueueWorker {
  /// Kicks in a row after which the kernel still holds the same number of frames on the TX ring: then
  /// it won't take more now, and the next turn tries again.
  private static var fruitlessKicks: Int { 2 }

  /// Has the kernel take what is on the TX ring.
  ///
  /// In copy mode a call sends a part (32 frames, or the budget, or up to one that the device refused),
  /// so it is repeated while it gets on. In zero-copy one call tells the driver, which goes on by
  /// itself.
  mutating func kickTX(probing: Bool) -> KickResult {
    var pending = xsk.rings.tx.pending
    guard probing || (pending > 0 && xsk.rings.tx.needsWakeup) else { return .sent }
    var fruitless = 0
    // Each call takes a frame or is fruitless; more than a batch is there only after a refusal.
    for _ in 0..<(batch &+ 4) {
      let result = kickTXOnce()
      switch result {
      case .sent where !copies: return .sent
      case .sent, .again, .deviceRefused: break
      case .noMemory, .linkDown, .unbound, .other: return result
      }
      let left = xsk.rings.tx.pending
      // One frame is gone, and so off the ring. (A zero-copy driver that is busy has dropped nothing.)
      if copies, left != pending, case .deviceRefused = result { tally.refused &+= 1 }
      if left == 0 { return .sent }
      fruitless = left == pending ? fruitless + 1 : 0
      if fruitless == Self.fruitlessKicks { return .again }
      pending = left
    }
    return .again
  }

  private mutating func kickTXOnce() -> KickResult {
    tally.txWakeups &+= 1
    let result = xsk.kickTX()
    switch result {
    case .again, .deviceRefused:
      // It may be the completion ring that is full; or there is one more on it.
      recycle()
    case .linkDown:
      tally.linkDown &+= 1
    case .sent, .noMemory, .unbound, .other:
      break
    }
    return result
  }

  /// Nothing was received: the driver may sleep for want of chunks, and when busy polling it is this
  /// call that receives.
  mutating func kickFill(probing: Bool) -> KickResult {
    guard probing || isPolling || xsk.rings.fill.needsWakeup else { return .sent }
    tally.rxWakeups &+= 1
    let result = xsk.kickRX()
    if case .linkDown = result { tally.linkDown &+= 1 }
    return result
  }
}
