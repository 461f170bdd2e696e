import Foundation
import Glibc
import TestSupport

/// The program under test: `reflector-xdp`, from the folder that this test bundle was built into, or the one
/// that the environment variable `REFLECTOR_XDP` names (a release build, an installed one).
enum ReflectorCommand {
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["REFLECTOR_XDP"] { return path }
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("reflector-xdp").path
  }()

  static let pinDirectory = "/sys/fs/bpf/reflector-xdp"

  /// Runs it to its end.
  static func run(_ arguments: [String], seconds: Double = 20) throws -> Outcome {
    try TestSupport.run([path] + arguments, seconds: seconds)
  }

  /// `stats`, as JSON, of the reflector at the lab's far end.
  static func statistics(_ lab: NetnsLab) throws -> Statistics {
    let outcome = try run(
      ["stats", lab.reflector.interface, "--netns", lab.reflector.namespace, "--format", "json"])
    guard outcome.status == 0 else { throw TestFailure("stats: status \(outcome.status): \(outcome.errors)") }
    return try Statistics(json: outcome.output)
  }
}

/// A running `reflector-xdp attach`.
final class Reflector {
  let process: ChildProcess
  let attached: AttachedEvent

  /// Starts one at the lab's far end and waits until all its queues answer.
  init(in lab: NetnsLab, _ options: [String] = []) throws {
    process = try Self.start(in: lab, options)
    attached = try Self.waitUntilAttached(process)
  }

  /// Starts one and waits for nothing: for those that are to fail.
  static func start(in lab: NetnsLab, _ options: [String] = []) throws -> ChildProcess {
    try ChildProcess(
      [ReflectorCommand.path, "attach", lab.reflector.interface, "--netns", lab.reflector.namespace] + options
        + ["--format", "json"])
  }

  private static func waitUntilAttached(_ process: ChildProcess) throws -> AttachedEvent {
    let line = try eventually(within: 15, "attached; it wrote: \(process.output)\(process.errors)") {
      if let end = process.output.firstIndex(of: "\n") { return String(process.output[..<end]) as String? }
      guard process.isRunning else {
        throw TestFailure("\(process.commandLine): status \(process.exitStatus ?? -1): \(process.errors)")
      }
      return nil
    }
    return try AttachedEvent(json: line)
  }

  /// Stops it in order and answers its totals.
  func stop(_ signal: CInt = SIGINT) throws -> Statistics {
    process.signal(signal)
    let status = try process.wait()
    guard status == 0 else { throw TestFailure("status \(status) at the end: \(process.errors)") }
    return try totals()
  }

  /// The last line that it printed.
  func totals() throws -> Statistics {
    guard let line = process.output.split(separator: "\n").last else { throw TestFailure("no totals") }
    return try Statistics(json: String(line))
  }

  /// The CPU time of all its threads so far.
  func cpuNanoseconds() throws -> UInt64 {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/task").reduce(0) { sum, task in
      let line = try String(contentsOfFile: "/proc/\(process.pid)/task/\(task)/schedstat", encoding: .utf8)
      return sum + (line.split(separator: " ").first.flatMap { UInt64($0) } ?? 0)
    }
  }

  /// The CPUs that a thread of its may run on, as the kernel writes them: `0-1`. Nil if it has none of that name.
  func cpusAllowed(toThread name: String) throws -> String? {
    let tasks = "/proc/\(process.pid)/task"
    for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
      let status = try String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8)
      let fields = status.split(separator: "\n").map { $0.split(separator: "\t") }
      guard fields.contains(["Name:", Substring(name)]) else { continue }
      return fields.first { $0.first == "Cpus_allowed_list:" }?.last.map(String.init)
    }
    return nil
  }

  /// The most memory it ever had in RAM, in KiB.
  func peakResidentKibibytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let value = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { throw TestFailure("no VmHWM") }
    return value
  }
}
