internal import Glibc
internal import LinuxSystem

/// On whose behalf something was set: an operator's, until he takes it back, or that of a process for as long as it
/// runs.
package struct TuningOwner: Hashable, Sendable, Codable {
  /// The interface, by its pins' name: `eth0`, `eth0@lab`. Settings of the host may have owners of several.
  package let place: String
  /// Nil for an operator's `tune`.
  package let process: ProcessIdentity?

  package init(place: String, process: ProcessIdentity? = nil) {
    self.place = place
    self.process = process
  }

  /// A process that has ended can't put back anything any more.
  package func isAlive(_ isRunning: (ProcessIdentity) -> Bool) -> Bool {
    process.map(isRunning) ?? true
  }
}

/// A process, told from a later one with the same id by the time of its start.
package struct ProcessIdentity: Hashable, Sendable, Codable {
  package let pid: Int32
  /// Clock ticks since boot (/proc/PID/stat, `starttime`).
  package let startTicks: UInt64

  package init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }

  /// The process with that id; nil when there is none, or none that can be looked at.
  package init?(pid: Int32) {
    guard let stat = try? TextFile.read("/proc/\(pid)/stat"), let ticks = Self.startTicks(stat) else { return nil }
    self.init(pid: pid, startTicks: ticks)
  }

  /// This one.
  package static var own: ProcessIdentity? { ProcessIdentity(pid: getpid()) }

  package var isRunning: Bool { ProcessIdentity(pid: pid) == self }

  /// Field 22. Field 2 is a name in parentheses that may hold blanks and parentheses itself. A zombie (field 3) is
  /// no process that could do anything.
  static func startTicks(_ stat: String) -> UInt64? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }
}
