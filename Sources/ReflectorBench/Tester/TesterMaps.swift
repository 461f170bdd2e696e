import CGeneratorABI
import LinuxSystem
import XDPControl

/// What the tester and its programs say to each other, over all queues in use.
struct TesterMaps: ~Copyable {
  private let state: MappedArray<generator_state>
  private let roundTrips: MappedArray<UInt64>
  let queues: Int

  init(_ object: borrowing TesterObject, queues: Int) throws(SystemCallError) {
    let state: MappedArray<generator_state> = try object.map("state", count: Int(GENERATOR_QUEUES.rawValue))
    roundTrips = try object.map(
      "round_trips", count: Int(GENERATOR_QUEUES.rawValue) * Int(GENERATOR_BUCKETS.rawValue))
    self.state = state
    self.queues = queues
  }

  /// Everything to 0 but the settings. No program may run meanwhile.
  func reset(_ settings: generator_settings) {
    for queue in 0..<queues {
      state.pointer(at: queue).pointee = generator_state(
        settings: settings, sent: generator_sent(), returned: generator_returned())
    }
    roundTrips.pointer(at: 0).update(repeating: 0, count: roundTrips.count)
  }

  /// From now on nothing is sent.
  func stop() {
    for queue in 0..<queues { state.pointer(at: queue).pointee.sent.stopped = 1 }
  }

  /// Whether each queue's generator has begun.
  var hasStarted: Bool { (0..<queues).allSatisfy { state.pointer(at: $0).pointee.sent.started_ns != 0 } }
  var sent: UInt64 { sum { $0.pointee.sent.frames } }
  var returned: UInt64 { sum { $0.pointee.returned.frames } }
  var corrupted: UInt64 { sum { $0.pointee.returned.corrupted } }
  var stale: UInt64 { sum { $0.pointee.returned.stale } }
  /// CLOCK_MONOTONIC when the first frame came back; nil before.
  var firstReturn: UInt64? {
    (0..<queues).map { state.pointer(at: $0).pointee.returned.first_ns }.filter { $0 > 0 }.min()
  }

  private func sum(_ field: (UnsafeMutablePointer<generator_state>) -> UInt64) -> UInt64 {
    (0..<queues).reduce(0) { $0 + field(state.pointer(at: $1)) }
  }

  /// Nil when no frame that came back carried its time.
  func trips() -> RoundTrips? {
    RoundTrips(
      merging: (0..<queues).compactMap { queue in
        let buckets = Int(GENERATOR_BUCKETS.rawValue)
        let returned = state[queue].returned
        return RoundTrips(
          counts: (0..<buckets).map { roundTrips[queue * buckets + $0] }, least: returned.least_ns,
          most: returned.most_ns)
      })
  }
}
