import Glibc
import LinuxSystem

/// What a subject costs while nothing comes in.
struct IdleMeasurement {
  /// After the start, whose work isn't meant.
  private static let settling: UInt64 = 1_000_000_000
  let seconds: Double

  /// CPU time over time, of all its threads; nil of what is no process.
  func measure(_ subject: Subject, on stage: Stage) throws -> Double? {
    try stage.with(Setup(subject: subject), seconds: seconds + 10) { running in
      guard let process = running.process else { return nil }
      try wait(until: MonotonicClock.nanoseconds + Self.settling)
      let begin = (time: MonotonicClock.nanoseconds, used: try Self.used(process))
      try wait(until: begin.time + UInt64(seconds * 1e9))
      let used = try Self.used(process) - begin.used
      return Double(used) / Double(MonotonicClock.nanoseconds - begin.time)
    }.0
  }

  private func wait(until limit: UInt64) throws(BenchError) {
    while MonotonicClock.nanoseconds < limit {
      try Interruption.check()
      usleep(20_000)
    }
  }

  private static func used(_ process: pid_t) throws(SystemCallError) -> UInt64 {
    var sum: UInt64 = 0
    for thread in ProcessThreads.paths(of: process, where: { _ in true }) { sum += try CPUMeter.runTime(thread) }
    return sum
  }
}
