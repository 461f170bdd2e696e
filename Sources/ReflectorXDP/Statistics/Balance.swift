import CReflectorABI

/// Whether the accounts balance, told from two looks at counters that go on counting meanwhile.
///
/// Each equation has a side that is counted first and a side that is counted later in a frame's life. All
/// figures only grow, so whatever moved between the looks, the first side of the later look is never less
/// than the second side of the earlier look, and the second side never lags behind the first by more than
/// what fits in between (a ring, or one frame a CPU). When nothing moved between the looks, the sides are
/// equal to the frame.
package struct Balance {
  /// What doesn't balance, in words.
  package private(set) var imbalances: [String] = []
  private let quiet: Bool

  package init(_ earlier: Snapshot, _ later: Snapshot) {
    quiet = earlier.isSame(as: later)
    check(
      "seen = redirected + reflected in the kernel + spread + passed + dropped",
      first: (earlier.total(REFLECTOR_SEEN), later.total(REFLECTOR_SEEN)),
      second: (earlier.outcomes, later.outcomes),
      between: UInt64(later.counters.count))
    check(
      "reflected in the kernel = what the queues reflected",
      first: (earlier.total(REFLECTOR_REFLECTED), later.total(REFLECTOR_REFLECTED)),
      second: (earlier.reflectedByQueue, later.reflectedByQueue),
      between: UInt64(later.counters.count))
    if later.refused > later.reflectedInKernel {
      imbalances.append("refused of reflected: \(later.refused) of \(later.reflectedInKernel)")
    }
    if later.session.spread > 0 { checkSpread(earlier, later) }
    check(
      "redirected = received + rx_dropped + rx_ring_full",
      first: (earlier.total(REFLECTOR_REDIRECTED), later.total(REFLECTOR_REDIRECTED)),
      second: (earlier.arrived, later.arrived),
      between: later.workers.reduce(0) { $0 &+ UInt64($1.frames) })
    for (before, after) in zip(earlier.workers, later.workers) { check(before, after) }
    for (queue, xsk) in later.xsk.enumerated() where xsk.tx_invalid_descs > 0 {
      imbalances.append("queue \(queue): \(xsk.tx_invalid_descs) invalid TX descriptors, each a frame lost for good")
    }
  }

  private mutating func checkSpread(_ earlier: Snapshot, _ later: Snapshot) {
    let spread = (earlier.total(REFLECTOR_SPREAD), later.total(REFLECTOR_SPREAD))
    check(
      "spread = what the queues spread", first: spread,
      second: (earlier.queues.reduce(0) { $0 &+ $1.spread }, later.queues.reduce(0) { $0 &+ $1.spread }),
      between: UInt64(later.counters.count))
    guard later.countsRefusals else {
      if earlier.arrivedOnCPUs > spread.1 {
        imbalances.append("spread, and come to their CPU: \(spread.1) and \(earlier.arrivedOnCPUs)")
      }
      return
    }
    // The queue, and batches of 8 before it, one a CPU, and behind it.
    let waiting = UInt64(REFLECTOR_SPREAD_QUEUE.rawValue) + 8 * UInt64(later.counters.count + 1)
    check(
      "spread = reflected + rejected + overflowed", first: spread,
      second: (earlier.arrivedOnCPUs &+ earlier.overflowed, later.arrivedOnCPUs &+ later.overflowed),
      between: UInt64(later.session.spread) * waiting)
  }

  private mutating func check(_ before: reflector_worker, _ after: reflector_worker) {
    let frames = UInt64(after.frames)
    check(
      "queue \(after.queue): received = reflected + rejected",
      first: (before.received, after.received),
      second: (before.reflected &+ before.rejected, after.reflected &+ after.rejected),
      between: frames)
    // In flight is no fault, as long as it fits into the UMEM.
    if after.reflected < before.completed || before.reflected > after.completed &+ frames {
      imbalances.append(
        "queue \(after.queue): reflected = completed + in flight: \(after.reflected) and \(after.completed), "
          + "with \(frames) frames")
    }
  }

  private mutating func check(
    _ equation: String, first: (UInt64, UInt64), second: (UInt64, UInt64), between: UInt64
  ) {
    let holds =
      quiet ? first.1 == second.1 : first.1 >= second.0 && second.1 &+ between >= first.0
    if !holds { imbalances.append("\(equation): \(first.1) and \(second.1)") }
  }
}

extension Snapshot {
  fileprivate var reflectedByQueue: UInt64 { queues.reduce(0) { $0 &+ $1.reflected } }

  /// What became of redirected frames: taken by a worker, or dropped by the kernel on the way there.
  fileprivate var arrived: UInt64 {
    workers.reduce(0) { $0 &+ $1.received } &+ xsk.reduce(0) { $0 &+ $1.lost }
  }
}
