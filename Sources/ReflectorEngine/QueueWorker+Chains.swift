import AFXDP

/// A batch of frames that may be chains of descriptors (multi-buffer). The same as without, but for three things: a
/// frame is looked at before it is taken, its headers are in its first descriptor, and the end of a batch never cuts it.
extension QueueWorker {
  /// RX ring → TX ring, or fill ring. Takes frames until they have a batch of descriptors.
  ///
  /// - Returns: descriptors received.
  mutating func reflectChains() -> UInt32 {
    xsk.rings.peekChains()
    var taken = xsk.rings.discardRest()
    // While a frame that is too long is thrown away, what comes next is none.
    batch: while taken < batch && !xsk.rings.isDiscarding {
      switch xsk.rings.upcomingFrame() {
      case .none:
        break batch
      case .whole(let length):
        let room = xsk.rings.hasRoom(for: length)
        if !room.onTX { tally.held &+= 1 }
        guard room.onTX && room.onFill else { break batch }
        reflectChain(of: length)
        tally.received &+= 1
        taken &+= length
      case .invalid(let length):
        guard xsk.rings.hasRoom(for: length).onFill else { break batch }
        rejectChain(of: length)
        tally.received &+= 1
        tally.rejectedInvalidDescriptor &+= 1
        taken &+= length
      case .tooLong:
        tally.received &+= 1
        tally.rejectedInvalidDescriptor &+= 1
        taken &+= xsk.rings.discardTooLong()
      }
    }
    guard taken > 0 else { return 0 }
    xsk.rings.submit()
    tally.batches &+= 1
    return taken
  }

  private mutating func reflectChain(of length: UInt32) {
    let first = xsk.rings.receive()
    guard xsk.rings.umem.withBytes(of: first, { [reflector] bytes in reflector.reflect(&bytes) }) else {
      tally.rejectedNotReflectable &+= 1
      xsk.rings.reject(first)
      rejectChain(of: length &- 1)
      return
    }
    tally.reflected &+= 1
    xsk.rings.transmit(first, isContinued: length > 1)
    var left = length &- 1
    while left > 0 {
      left &-= 1
      let part = xsk.rings.receive()
      xsk.rings.transmit(part, isContinued: left > 0)
    }
  }

  private mutating func rejectChain(of length: UInt32) {
    for _ in 0..<length { xsk.rings.reject(xsk.rings.receive()) }
  }
}
