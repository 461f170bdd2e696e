import CReflectorABI
import LinuxSystem
import SystemPackage
import XDPControl

/// The raw figures, as they stand in the maps.
///
/// Every figure only ever grows, and each was read at a slightly different moment; ``Balance`` knows how
/// to compare them all the same.
package struct Snapshot {
  /// By CPU, then by outcome: struct reflector_counters as an array.
  package var counters: [[UInt64]]
  package var rules: [Rule]
  package var workers: [reflector_worker]
  package var xsk: [reflector_xsk_statistics]
  /// By queue, over all CPUs.
  package var queues: [reflector_queue_counters] = []
  /// Over all CPUs. Of use only where `session.counts_refusals` says so.
  package var refused: UInt64 = 0
  /// By CPU; what each did with the frames that were spread to it.
  package var cpus: [reflector_cpu_counters] = []
  /// The CPUs that frames are spread to, by slot.
  package var spreadCPUs: [Int] = []
  /// Over all CPUs; as `refused`.
  package var overflowed: UInt64 = 0
  package var alarms = reflector_alarms()
  package var session: reflector_session

  package struct Rule: Hashable {
    package var name: String
    package var frames: UInt64
  }

  package init(
    counters: [[UInt64]], rules: [Rule], workers: [reflector_worker], xsk: [reflector_xsk_statistics],
    session: reflector_session
  ) {
    self.counters = counters
    self.rules = rules
    self.workers = workers
    self.xsk = xsk
    self.session = session
  }

  /// Reads everything once, from the end of a frame's way to its start: so no figure of a later station is
  /// higher than that of an earlier one, also under traffic.
  package init(_ maps: ReflectorMaps) throws(SystemCallError) {
    guard let session = try maps.session.value(0) else { throw SystemCallError("read session", .noSuchFileOrDirectory) }
    self.session = session
    workers = []
    xsk = []
    let refusals = try maps.refusals.values(0)
    refused = refusals.reduce(0) { $0 &+ $1.refused }
    overflowed = refusals.reduce(0) { $0 &+ $1.overflowed }
    cpus = try maps.cpuCounters.values(0)
    for slot in 0..<session.spread { spreadCPUs.append(Int(try maps.spread.value(slot) ?? 0)) }
    for queue in 0..<session.queues {
      workers.append(try maps.workers.value(queue) ?? reflector_worker())
      xsk.append(try maps.xskStatistics.value(queue) ?? reflector_xsk_statistics())
      queues.append(try maps.queueCounters.values(queue).reduce(into: reflector_queue_counters()) { $0.add($1) })
    }
    alarms = try maps.alarms.value(0) ?? reflector_alarms()
    rules = try Self.rules(maps)
    counters = try maps.counters.values(0).map { entry in
      withUnsafeBytes(of: entry) { Array($0.assumingMemoryBound(to: UInt64.self)) }
    }
  }

  private static func rules(_ maps: ReflectorMaps) throws(SystemCallError) -> [Rule] {
    try maps.rules().map { (rule) throws(SystemCallError) in
      let name = withUnsafeBytes(of: rule.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      return Rule(name: name, frames: try maps.ruleCounters.values(rule.id).reduce(0) { $0 &+ $1.frames })
    }
  }

  /// One outcome over all CPUs.
  package func total(_ outcome: reflector_outcome) -> UInt64 {
    counters.reduce(0) { $0 &+ $1[Int(outcome.rawValue)] }
  }

  /// All ways out over all CPUs: everything but `seen`.
  package var outcomes: UInt64 {
    counters.reduce(0) { $0 &+ $1[1...].reduce(0, &+) }
  }

  /// Given to the driver to send, wherever.
  package var reflectedInKernel: UInt64 { total(REFLECTOR_REFLECTED) &+ cpus.reduce(0) { $0 &+ $1.reflected } }

  /// Spread, and come to their CPU.
  package var arrivedOnCPUs: UInt64 { cpus.reduce(0) { $0 &+ $1.reflected &+ $1.rejected } }

  /// Whether it is known how many were lost on the way.
  package var countsRefusals: Bool { session.counts_refusals != 0 }

  /// Whether nothing at all moved between this one and a later one.
  package func isSame(as later: Snapshot) -> Bool {
    counters == later.counters && rules == later.rules
      && queues.map(\.reflected) == later.queues.map(\.reflected) && refused == later.refused
      && overflowed == later.overflowed && queues.map(\.spread) == later.queues.map(\.spread)
      && cpus.elementsEqual(later.cpus) { $0.reflected == $1.reflected && $0.rejected == $1.rejected }
      && zip(workers, later.workers).allSatisfy {
        $0.received == $1.received && $0.completed == $1.completed && $0.reflected == $1.reflected
      }
  }
}

extension reflector_queue_counters {
  /// Another CPU's part. A queue is closed on all of them.
  fileprivate mutating func add(_ other: Self) {
    reflected &+= other.reflected
    spread &+= other.spread
    closed = max(closed, other.closed)
  }
}

extension reflector_worker {
  /// Received and not reflected.
  package var rejected: UInt64 { rejected_invalid_descriptor &+ rejected_not_reflectable }
}

extension reflector_xsk_statistics {
  /// Redirected frames that never came to the RX ring. A frame that found the fill ring empty is counted
  /// by the kernel in rx_dropped too, in copy mode, and in zero-copy mode it never came to the program:
  /// so rx_fill_ring_empty_descs must not be added (docs/adr/0005).
  package var lost: UInt64 { rx_dropped &+ rx_ring_full }
}
