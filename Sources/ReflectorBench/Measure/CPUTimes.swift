import Glibc
import LinuxSystem

/// CPU time used, in nanoseconds.
struct CPUTimes: Sendable {
  /// Of the workers: what they run themselves, and the softirqs that run in their context (on a veth, the
  /// receiving end of each frame they send).
  var workers: UInt64
  /// How much of it was user mode, by the kernel's ticks: a sample every few milliseconds, so it says
  /// something over seconds only.
  var workersUser: UInt64
  /// Of the kernel's softirq thread on the workers' CPU, where work goes when there is too much of it.
  var softirqThread: UInt64

  static func - (left: CPUTimes, right: CPUTimes) -> CPUTimes {
    CPUTimes(
      workers: left.workers - right.workers, workersUser: left.workersUser - right.workersUser,
      softirqThread: left.softirqThread - right.softirqThread)
  }
}

/// Reads the CPU times of one subject's threads from /proc.
struct CPUMeter: Sendable {
  /// `/proc/PID/task/TID` of each worker.
  let workers: [String]
  /// `/proc/PID` of ksoftirqd on each of their CPUs.
  let softirqThreads: [String]

  /// For what has no threads: it runs in softirqs on the generator's CPU.
  static let nothing = CPUMeter(workers: [], softirqThreads: [])

  /// Nil when there is nothing to read.
  func read() throws(SystemCallError) -> CPUTimes? {
    if workers.isEmpty { return nil }
    var times = CPUTimes(workers: 0, workersUser: 0, softirqThread: 0)
    for worker in workers {
      times.workers += try Self.runTime(worker)
      times.workersUser += try Self.userTime(worker)
    }
    for thread in softirqThreads { times.softirqThread += try Self.runTime(thread) }
    return times
  }

  /// The first number of schedstat: nanoseconds on a CPU, as of the last tick or switch.
  static func runTime(_ thread: String) throws(SystemCallError) -> UInt64 {
    let text = try TextFile.read("\(thread)/schedstat")
    return text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
  }

  /// utime, the 14th of stat. Counted from behind the name, which may have blanks in it.
  private static func userTime(_ thread: String) throws(SystemCallError) -> UInt64 {
    let text = try TextFile.read("\(thread)/stat")
    guard let name = text.lastIndex(of: ")") else { return 0 }
    let fields = text[name...].split(separator: " ")
    // `fields` begins with the name's end, which belongs to field 2.
    let ticks = fields.count > 12 ? UInt64(fields[12]) ?? 0 : 0
    return ticks * (1_000_000_000 / UInt64(sysconf(CInt(_SC_CLK_TCK))))
  }
}
