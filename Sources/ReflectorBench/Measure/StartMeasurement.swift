import Glibc
import LinuxSystem

/// How long it takes from the start of a subject's process to the first frame that comes back, and how much memory the
/// process has then.
struct StartMeasurement {
  struct Figures: Sendable {
    let nanoseconds: UInt64
    /// Resident, after a run; nil of what is no process.
    let residentBytes: UInt64?
  }

  func measure(_ subject: Subject, on stage: Stage) throws -> Figures {
    let setup = Setup(subject: subject)
    // The generator needs its time to begin, the subject's counts from here: it starts while frames are sent.
    var begin: UInt64 = 0
    var end: UInt64 = 0
    let (resident, _) = try stage.tester.whileSending { waitForFirst in
      begin = MonotonicClock.nanoseconds
      return try stage.with(setup, seconds: 60) { running in
        end = try waitForFirst()
        return try running.process.map { try ProcessMemory.resident($0) }
      }
    }
    return Figures(nanoseconds: end - begin, residentBytes: resident)
  }
}

/// Memory of a process.
enum ProcessMemory {
  /// Bytes of VmRSS: the UMEM, which is pinned, is in it as a whole.
  static func resident(_ process: pid_t) throws(SystemCallError) -> UInt64 {
    let text = try TextFile.read("/proc/\(process)/status")
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) }
    return (kibibytes ?? 0) * 1024
  }
}
