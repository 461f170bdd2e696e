import CMicro
import LinuxSystem

/// How fast the counter runs that ticks are read from: on x86 the TSC, whose rate is fixed and need not be the
/// core's.
package enum TickRate {
  /// Ticks in a nanosecond, over 100 ms.
  package static func measure() -> Double {
    let clock = MonotonicClock.nanoseconds
    let ticks = cmicro_ticks()
    while MonotonicClock.nanoseconds - clock < 100_000_000 {}
    return Double(cmicro_ticks() - ticks) / Double(MonotonicClock.nanoseconds - clock)
  }
}
