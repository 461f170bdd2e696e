import LinuxSystem
import Testing

@testable import reflector_xdp

@Suite(.serialized) struct StopSignalsTests {
  @Test func `a wait lasts until its deadline, and no shorter`() throws {
    let signals = try StopSignals()
    for milliseconds: UInt64 in [0, 1, 30] {
      let deadline = MonotonicClock.nanoseconds + milliseconds * 1_000_000
      #expect(signals.wait(until: deadline) == .timeout)
      #expect(MonotonicClock.nanoseconds >= deadline)
    }
  }
}
