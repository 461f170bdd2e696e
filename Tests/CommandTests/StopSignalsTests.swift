import Glibc
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

  @Test func `SIGHUP asks for a reload, once for all that have come, and cancels nothing`() throws {
    let signals = try StopSignals(reloads: true)
    #expect(signals.wait(until: 0) == .timeout)
    for _ in 0..<3 { pthread_kill(pthread_self(), SIGHUP) }
    #expect(try !signals.whileWatching { $0() })
    #expect(signals.wait() == .reload(program: false))
    #expect(signals.wait(until: 0) == .timeout)
    pthread_kill(pthread_self(), SIGHUP)
    #expect(signals.wait() == .reload(program: false))
  }
}
