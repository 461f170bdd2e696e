import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore
import XDPControl

/// Turns the maps into ``Statistics``: the one way for every command, inside the reflecting process and
/// outside.
package struct StatisticsReader {
  private let maps: ReflectorMaps

  package init(_ maps: ReflectorMaps) {
    self.maps = maps
  }

  /// How long to wait for the reflector to copy its sockets' counters once more. It does so ten times a
  /// second; one that hangs or dies must not hang its observers.
  private static let patience: UInt64 = 1_000_000_000

  /// How long an imbalance has to last to be one. Frames may wait in an RX ring with nothing moving: when the
  /// link goes down, `poll` says nothing of them, and their worker rests for half a second.
  private static let suspense: UInt64 = 600_000_000

  /// The accounts now. Takes up to a tenth of a second, and up to 0.7 s if they don't balance.
  package func read() throws(SystemCallError) -> Statistics {
    try Self.settled(within: Self.suspense, compare)
  }

  /// Looks until the accounts balance or the nanoseconds are over.
  static func settled(
    within suspense: UInt64, _ look: () throws(SystemCallError) -> Statistics
  ) throws(SystemCallError) -> Statistics {
    let start = MonotonicClock.nanoseconds
    while true {
      let statistics = try look()
      if statistics.balanced || MonotonicClock.nanoseconds &- start >= suspense { return statistics }
    }
  }

  /// Looks twice, the second time with sockets' counters that are younger than the first look, and
  /// compares.
  private func compare() throws(SystemCallError) -> Statistics {
    let earlier = try Snapshot(maps)
    let start = MonotonicClock.nanoseconds
    while MonotonicClock.nanoseconds - start < Self.patience {
      guard let session = try maps.session.value(0), session.statistics_ns <= start else { break }
      usleep(5_000)
    }
    return Statistics(earlier, try Snapshot(maps))
  }

  /// For totals after the end: nobody copies the sockets' counters, and nothing moves any more but, for a moment, what
  /// a program that was detached just now has still in hand.
  package func readFinal() throws(SystemCallError) -> Statistics {
    try awaitRest()
    return try Self.settled(within: Self.suspense) { () throws(SystemCallError) in
      let snapshot = try Snapshot(maps)
      return Statistics(snapshot, snapshot)
    }
  }
}

extension StatisticsReader {
  /// Where frames are spread and it isn't known how many were lost, only that nothing moves any more shows that the
  /// CPUs' queues are empty.
  private func awaitRest() throws(SystemCallError) {
    let start = MonotonicClock.nanoseconds
    var last = try Snapshot(maps)
    guard last.session.spread > 0, !last.countsRefusals else { return }
    while MonotonicClock.nanoseconds &- start < Self.suspense {
      usleep(50_000)
      let next = try Snapshot(maps)
      if last.isSame(as: next) { return }
      last = next
    }
  }
}

extension Statistics {
  init(_ earlier: Snapshot, _ later: Snapshot) {
    let balance = Balance(earlier, later)
    let isKernel = later.session.datapath == REFLECTOR_DATAPATH_KERNEL
    let spreads = later.session.spread > 0
    let queues = later.workers.indices.map { index in
      isKernel
        ? Queue(index: index, later.queues[index], spreads: spreads)
        : Queue(index: index, worker: later.workers[index], xsk: later.xsk[index])
    }
    self.init(
      interface: withUnsafeBytes(of: later.session.interface) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      },
      attachMode: later.session.attach_mode == REFLECTOR_ATTACH_NATIVE ? "native" : "generic",
      datapath: (isKernel ? Configuration.Datapath.kernel : .xsk).rawValue,
      reflect: ReflectMode(later.session.reflect_mode)?.rawValue ?? "unknown",
      pid: later.session.pid,
      uptimeS: Self.uptime(later.session),
      seen: later.total(REFLECTOR_SEEN),
      redirected: later.total(REFLECTOR_REDIRECTED),
      spread: spreads ? later.total(REFLECTOR_SPREAD) : nil,
      passed: later.totals(
        PassReason.allCases.map { ($0.name, $0.rawValue) }
          + ReflectorCore.Refusal.allCases.map { ($0.name, $0.rawValue) }),
      dropped: later.totals(
        ReflectorCore.Refusal.allCases.map { ($0.name, $0.rawValue + ReflectorCore.Refusal.dropOffset) }),
      alarms: Alarms(loops: later.alarms.loops, storms: later.alarms.storms, untracked: later.alarms.untracked),
      rules: Dictionary(later.rules.map { ($0.name, $0.frames) }, uniquingKeysWith: &+),
      received: spreads ? later.arrivedOnCPUs : queues.reduce(0) { $0 &+ $1.received },
      reflected: isKernel ? later.reflectedInKernel : later.workers.reduce(0) { $0 &+ $1.reflected },
      completed: isKernel ? nil : later.workers.reduce(0) { $0 &+ $1.completed },
      refused: isKernel ? later.knownRefusals : later.workers.reduce(0) { $0 &+ $1.refused },
      overflowed: spreads && later.countsRefusals ? later.overflowed : nil,
      queues: queues,
      cpus: spreads ? later.spreadCPUs.map { CPU($0, later.cpus) } : nil,
      balanced: balance.imbalances.isEmpty,
      imbalances: balance.imbalances)
  }

  private static func uptime(_ session: reflector_session) -> Double {
    let nanoseconds = MonotonicClock.nanoseconds &- session.started_ns
    return (Double(nanoseconds) / 1e6).rounded() / 1e3
  }
}

extension Snapshot {
  fileprivate func totals(_ reasons: [(name: String, outcome: UInt32)]) -> [String: UInt64] {
    Dictionary(uniqueKeysWithValues: reasons.map { ($0.name, total(reflector_outcome($0.outcome))) })
  }

  fileprivate var knownRefusals: UInt64? { countsRefusals ? refused : nil }
}

extension Statistics.CPU {
  fileprivate init(_ cpu: Int, _ counters: [reflector_cpu_counters]) {
    let counted = counters.indices.contains(cpu) ? counters[cpu] : reflector_cpu_counters()
    self.init(cpu: cpu, reflected: counted.reflected, rejected: counted.rejected)
  }
}

extension Statistics.Queue {
  /// A queue of the kernel datapath.
  fileprivate init(index: Int, _ counters: reflector_queue_counters, spreads: Bool) {
    self.init(
      queue: index, bindMode: counters.closed == 0 ? nil : "none",
      received: spreads ? counters.spread : counters.reflected, reflected: spreads ? nil : counters.reflected)
  }

  fileprivate init(index: Int, worker: reflector_worker, xsk: reflector_xsk_statistics) {
    self.init(
      queue: index,
      bindMode: worker.bind_mode.name,
      cpu: worker.cpu == .max || worker.bind_mode == REFLECTOR_BIND_NONE ? nil : Int(worker.cpu),
      frames: Int(worker.frames),
      received: worker.received,
      reflected: worker.reflected,
      completed: worker.completed,
      refused: worker.refused,
      inFlight: worker.reflected &- min(worker.completed, worker.reflected),
      rejected: [
        "invalid_descriptor": worker.rejected_invalid_descriptor,
        "not_reflectable": worker.rejected_not_reflectable,
      ],
      xsk: [
        "rx_dropped": xsk.rx_dropped,
        "rx_invalid_descs": xsk.rx_invalid_descs,
        "tx_invalid_descs": xsk.tx_invalid_descs,
        "rx_ring_full": xsk.rx_ring_full,
        "rx_fill_ring_empty_descs": xsk.rx_fill_ring_empty_descs,
        "tx_ring_empty_descs": xsk.tx_ring_empty_descs,
      ],
      wakeups: worker.tx_wakeups &+ worker.rx_wakeups,
      polls: worker.polls,
      batches: worker.batches,
      held: worker.held,
      linkDown: worker.link_down)
  }
}

extension reflector_bind_mode {
  fileprivate var name: String {
    switch self {
    case REFLECTOR_BIND_ZERO_COPY: "zero-copy"
    case REFLECTOR_BIND_COPY: "copy"
    default: "none"
    }
  }
}

extension ReflectMode {
  fileprivate init?(_ mode: reflector_reflect_mode) {
    switch mode {
    case REFLECTOR_REFLECT_MAC: self = .mac
    case REFLECTOR_REFLECT_MAC_IP: self = .macIP
    case REFLECTOR_REFLECT_ALL: self = .all
    default: return nil
    }
  }
}
