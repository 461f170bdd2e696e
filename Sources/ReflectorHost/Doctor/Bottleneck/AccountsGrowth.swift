internal import ReflectorCore
internal import ReflectorXDP

/// By how much the accounts grew between two looks. Frames, where nothing else is said.
struct AccountsGrowth: Sendable {
  let seen: UInt64
  /// Handed to a socket, or sent back by the kernel datapath, or spread by it.
  let redirected: UInt64
  let received: UInt64
  let reflected: UInt64
  let refused: UInt64
  /// By reason.
  let passed: [String: UInt64]
  /// Refused by policy and dropped, by reason.
  let dropped: [String: UInt64]
  /// Received, by queue; only queues with a socket.
  let byQueue: [Int: UInt64]
  /// The sockets' counters, over all queues.
  let xsk: [String: UInt64]
  /// Turns in which frames waited for room in the TX ring.
  let held: UInt64
  /// Queues bound in copy mode.
  let copied: [Int]

  init(_ interval: AccountsInterval) {
    let (earlier, later) = (interval.earlier, interval.later)
    seen = Self.grown(earlier.seen, later.seen)
    let isKernel = later.datapath == Configuration.Datapath.kernel.rawValue
    func matched(_ statistics: Statistics) -> UInt64 {
      isKernel ? statistics.spread ?? statistics.reflected : statistics.redirected
    }
    redirected = Self.grown(matched(earlier), matched(later))
    received = Self.grown(earlier.received, later.received)
    reflected = Self.grown(earlier.reflected, later.reflected)
    refused = Self.grown(earlier.refused ?? 0, later.refused ?? 0)
    passed = Self.grown(earlier.passed, later.passed)
    dropped = Self.grown(earlier.dropped, later.dropped)
    let before = Dictionary(earlier.queues.map { ($0.queue, $0) }) { first, _ in first }
    let bound = later.queues.filter { $0.bindMode != "none" }
    byQueue = Dictionary(
      bound.map { ($0.queue, Self.grown(before[$0.queue]?.received ?? 0, $0.received)) }, uniquingKeysWith: &+)
    xsk = bound.reduce(into: [:]) { sums, queue in
      sums.merge(Self.grown(before[queue.queue]?.xsk ?? [:], queue.xsk ?? [:]), uniquingKeysWith: &+)
    }
    held = bound.reduce(0) { $0 &+ Self.grown(before[$1.queue]?.held ?? 0, $1.held ?? 0) }
    copied = bound.filter { $0.bindMode == "copy" }.map(\.queue)
  }

  /// 0 where a counter started anew: the reflector was restarted between the looks.
  private static func grown(_ earlier: UInt64, _ later: UInt64) -> UInt64 {
    later > earlier ? later - earlier : 0
  }

  private static func grown(_ earlier: [String: UInt64], _ later: [String: UInt64]) -> [String: UInt64] {
    Dictionary(uniqueKeysWithValues: later.map { ($0.key, grown(earlier[$0.key] ?? 0, $0.value)) })
  }

  /// Test frames that arrived on a queue without a socket, or on one that the kernel datapath doesn't reflect on.
  var withoutSocket: UInt64 { (passed["no_socket"] ?? 0) &+ (passed["other_queue"] ?? 0) }

  /// Test frames that policy refused, by reason; whatever became of them.
  var refusedByPolicy: [String: UInt64] {
    let reasons = Set(Refusal.allCases.map(\.name))
    return passed.filter { reasons.contains($0.key) }.merging(dropped, uniquingKeysWith: &+).filter { $0.value > 0 }
  }

  var evidence: [Bottleneck.Evidence] {
    let figures =
      [("seen", seen), ("redirected", redirected), ("received", received), ("reflected", reflected)]
      + [("refused", refused), ("held_turns", held)].filter { $0.1 > 0 }
      + passed.sorted { $0.key < $1.key }.filter { $0.value > 0 }.map { ("passed.\($0.key)", $0.value) }
      + dropped.sorted { $0.key < $1.key }.filter { $0.value > 0 }.map { ("dropped.\($0.key)", $0.value) }
      + xsk.sorted { $0.key < $1.key }.filter { $0.value > 0 && $0.key != "tx_ring_empty_descs" }
      .map { ("xsk.\($0.key)", $0.value) }
      + (byQueue.count > 1 ? byQueue.sorted { $0.key < $1.key }.map { ("queue_\($0.key).received", $0.value) } : [])
    return figures.map { Bottleneck.Evidence(name: $0.0, value: $0.1) }
  }
}
