import CLinux
import CReflectorABI
import LinuxSystem
import ReflectorCore
import Testing
import XDPControl

@testable import AFXDP
@testable import ReflectorXDP

/// What the maps hold, under the names that it is printed by: every figure is another one here, so that one in
/// another's place shows.
struct StatisticsTests {
  private static let snapshot: Snapshot = {
    var first = reflector_worker()
    (first.received, first.reflected, first.completed, first.refused) = (1010, 1006, 1001, 3)
    (first.rejected_invalid_descriptor, first.rejected_not_reflectable) = (1, 3)
    (first.batches, first.held, first.tx_wakeups, first.rx_wakeups) = (40, 41, 42, 43)
    (first.polls, first.link_down, first.frames, first.cpu) = (44, 45, 64, 7)
    first.bind_mode = REFLECTOR_BIND_ZERO_COPY
    var second = reflector_worker()
    (second.received, second.reflected, second.completed, second.refused) = (2000, 2000, 1990, 20)
    (second.queue, second.frames, second.cpu, second.bind_mode) = (1, 128, .max, REFLECTOR_BIND_COPY)
    var dropped = reflector_xsk_statistics()
    (dropped.rx_dropped, dropped.rx_invalid_descs, dropped.tx_invalid_descs) = (11, 12, 13)
    (dropped.rx_ring_full, dropped.rx_fill_ring_empty_descs, dropped.tx_ring_empty_descs) = (14, 15, 16)
    var session = reflector_session()
    copy("eth7", into: &session.interface)
    (session.pid, session.queues) = (4711, 3)
    session.attach_mode = REFLECTOR_ATTACH_GENERIC
    session.reflect_mode = REFLECTOR_REFLECT_MAC_IP
    session.statistics_ns = MonotonicClock.nanoseconds
    session.started_ns = session.statistics_ns - 5_000_000_000
    let counters = (10...11 as ClosedRange<UInt64>).map { step in
      (0..<UInt64(REFLECTOR_OUTCOMES.rawValue)).map { step * $0 + 5 }
    }
    return Snapshot(
      counters: counters, rules: [.init(name: "a", frames: 8), .init(name: "b", frames: 9)],
      workers: [first, second, reflector_worker()], xsk: [dropped, .init(), .init()], session: session)
  }()
  private let statistics = Statistics(Self.snapshot, Self.snapshot)

  @Test func `each figure has its own name`() throws {
    #expect(statistics.interface == "eth7" && statistics.pid == 4711)
    #expect(statistics.attachMode == "generic" && statistics.reflect == "mac-ip")
    #expect((5...600).contains(statistics.uptimeS), "since the attach, not since the last look")
    #expect(statistics.seen == 10 && statistics.redirected == 21 * UInt64(REFLECTOR_REDIRECTED.rawValue) + 10)
    for reason in PassReason.allCases { #expect(statistics.passed[reason.name] == 21 * UInt64(reason.rawValue) + 10) }
    #expect(statistics.rules == ["a": 8, "b": 9])
    #expect(statistics.received == 3010 && statistics.reflected == 3006)
    #expect(statistics.completed == 2991 && statistics.refused == 23)
    #expect(!statistics.balanced && !statistics.imbalances.isEmpty)
  }

  @Test func `a queue's figures too`() {
    #expect(
      statistics.queues[0]
        == Statistics.Queue(
          queue: 0, bindMode: "zero-copy", cpu: 7, frames: 64, received: 1010, reflected: 1006, completed: 1001,
          refused: 3, inFlight: 5, rejected: ["invalid_descriptor": 1, "not_reflectable": 3],
          xsk: [
            "rx_dropped": 11, "rx_invalid_descs": 12, "tx_invalid_descs": 13, "rx_ring_full": 14,
            "rx_fill_ring_empty_descs": 15, "tx_ring_empty_descs": 16,
          ], wakeups: 85, polls: 44, batches: 40, held: 41, linkDown: 45))
    #expect(statistics.queues[1].bindMode == "copy" && statistics.queues[1].cpu == nil)
    #expect(statistics.queues[2].bindMode == "none" && statistics.queues[2].cpu == nil, "CPU 0 is no worker's")
  }

  @Test func `what the kernel counts goes into the map under the kernel's names`() {
    let figures = XSKStatistics(
      xdp_statistics(
        rx_dropped: 11, rx_invalid_descs: 12, tx_invalid_descs: 13, rx_ring_full: 14, rx_fill_ring_empty_descs: 15,
        tx_ring_empty_descs: 16))
    let entry = reflector_xsk_statistics(figures)
    #expect(entry.rx_dropped == 11 && entry.rx_invalid_descs == 12 && entry.tx_invalid_descs == 13)
    #expect(entry.rx_ring_full == 14 && entry.rx_fill_ring_empty_descs == 15 && entry.tx_ring_empty_descs == 16)
  }

  @Test(arguments: ReflectMode.allCases) func `the mode goes into the maps and comes back`(mode: ReflectMode) {
    var snapshot = Self.snapshot
    snapshot.session.reflect_mode = mode.abi
    #expect(Statistics(snapshot, snapshot).reflect == mode.rawValue)
  }
}
