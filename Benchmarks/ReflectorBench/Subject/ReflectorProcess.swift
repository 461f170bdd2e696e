import Foundation
import LinuxSystem

/// The reflector itself, as an operator runs it: the real executable, attached to the lab's `R0`.
///
/// A child with one owner, who ends it with SIGINT; what it counted must agree with the tester.
struct ReflectorProcess: ~Copyable {
  /// What the last line of `attach --format json` says, as far as it matters here.
  struct Totals: Decodable, Sendable {
    let received: UInt64
    let reflected: UInt64
    let completed: UInt64
    let balanced: Bool
  }

  private let process: Process
  private let output: Pipe
  private var lines: LineReader
  let meter: CPUMeter

  /// Starts it and returns when it says that it is attached.
  ///
  /// - Parameters:
  ///   - options: of `attach`; they come last, so that they win over those given here.
  ///   - duration: seconds after which it ends by itself, should this process be gone by then.
  init(executable: URL, lab: borrowing VethLab, cpu: Int, options: [String], duration: Int) throws {
    let process = Process()
    let output = Pipe()
    guard FileManager.default.isExecutableFile(atPath: executable.path) else {
      throw Self.notStarted(executable, "there is no such program")
    }
    process.executableURL = executable
    process.arguments =
      [
        "attach", VethLab.reflectorEnd, "--netns", lab.reflector.name, "--mode", "copy", "--cpus", "\(cpu)",
        "--format", "json", "--duration", "\(duration)",
      ] + options
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { throw Self.notStarted(executable, "\(error)") }
    var lines = LineReader(output.fileHandleForReading.fileDescriptor)
    do {
      guard try lines.next(within: 10_000)?.contains("\"attached\"") == true else {
        throw Self.notStarted(executable, "it didn't say that it is attached; its own message stands above")
      }
      meter = try Self.meter(process: process.processIdentifier, cpu: cpu)
    } catch {
      Self.end(process)
      throw error
    }
    self.lines = lines
    self.process = process
    self.output = output
  }

  deinit {
    Self.end(process)
  }

  var isRunning: Bool { process.isRunning }

  /// It went away without being told to.
  static let ended = BenchError(
    "the reflector ended in the middle of a run", why: "its own message, if it had one, stands above",
    remedy: "run `reflector-xdp attach` by hand")

  /// Ends it and returns its totals.
  mutating func stop() throws -> Totals {
    process.interrupt()
    var last: String?
    while let line = try lines.next(within: 10_000) { last = line }
    process.waitUntilExit()
    guard process.terminationStatus == 0, let last else {
      throw BenchError(
        "the reflector ended with status \(process.terminationStatus)", why: "its own message stands above",
        remedy: "run `reflector-xdp attach` by hand")
    }
    return try JSONDecoder().decode(Totals.self, from: Data(last.utf8))
  }

  private static func end(_ process: Process) {
    guard process.isRunning else { return }
    process.interrupt()
    for _ in 0..<300 where process.isRunning { usleep(10_000) }
    // It let three seconds pass: the link goes with it all the same.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// A thread names itself, which may be a moment after the process says that it is attached.
  private static func meter(process: Int32, cpu: Int) throws -> CPUMeter {
    for _ in 0..<100 {
      let workers = workers(process: process)
      if !workers.isEmpty { return CPUMeter(workers: workers, softirqThread: KernelThread.softirq(cpu: cpu)) }
      try Interruption.check()
      usleep(10_000)
    }
    throw BenchError(
      "the reflector has no worker", why: "no thread of process \(process) is named xsk-*",
      remedy: "a fault in ReflectorEngine, or its threads have got other names")
  }

  /// `/proc/PID/task/TID` of its workers, whose threads are named `xsk-QUEUE`.
  private static func workers(process: Int32) -> [String] {
    let folder = "/proc/\(process)/task"
    // A process or thread that ends has no files from one moment to the next.
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .map { "\(folder)/\($0)" }
      .filter { (try? TextFile.read("\($0)/comm"))?.hasPrefix("xsk-") == true }
  }

  private static func notStarted(_ executable: URL, _ why: String) -> BenchError {
    BenchError(
      "start \(executable.path)", why: why,
      remedy: "build it with `swift build -c release --product reflector-xdp`, or name it with --reflector")
  }
}
