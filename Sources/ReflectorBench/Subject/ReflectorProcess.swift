import FoundationEssentials
import Glibc
import LinuxSystem

/// The reflector itself, as an operator runs it: the real executable, attached to the lab's end.
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

  private var process: ChildProcess
  private var lines: LineReader
  let meter: CPUMeter

  /// Starts it and returns when it says that it is attached.
  ///
  /// - Parameters:
  ///   - options: of `attach`; they come last, so that they win over those given here.
  ///   - duration: seconds after which it ends by itself, should this process be gone by then.
  init(executable: String, lab: borrowing BenchLab, cpu: Int, options: [String], duration: Int) throws {
    let command = ChildProcess.Command(
      program: executable,
      arguments: [
        "attach", BenchLab.reflectorEnd, "--mode", "copy", "--cpus", "\(cpu)", "--format", "json", "--duration",
        "\(duration)",
      ] + options)
    let process: ChildProcess
    do {
      process = try lab.insideReflector { try ChildProcess(command) }
    } catch {
      throw Self.notStarted(executable, "\(error)")
    }
    var lines = LineReader(process.output.rawValue)
    guard try lines.next(within: 10_000)?.contains("\"attached\"") == true else {
      throw Self.notStarted(executable, "it didn't say that it is attached; its own message stands above")
    }
    meter = try Self.meter(process: process.id, cpu: cpu)
    self.lines = lines
    self.process = process
  }

  var isRunning: Bool {
    mutating get { process.isRunning }
  }

  /// It went away without being told to.
  static let ended = BenchError(
    "the reflector ended in the middle of a run", why: "its own message, if it had one, stands above",
    remedy: "run `reflector-xdp attach` by hand")

  /// Ends it and returns its totals.
  mutating func stop() throws -> Totals {
    process.interrupt()
    var last: String?
    while let line = try lines.next(within: 10_000) { last = line }
    let status = process.wait()
    guard status == 0, let last else {
      throw BenchError(
        "the reflector ended with status \(status)", why: "its own message stands above",
        remedy: "run `reflector-xdp attach` by hand")
    }
    return try JSONDecoder().decode(Totals.self, from: Data(last.utf8))
  }

  /// A thread names itself, which may be a moment after the process says that it is attached.
  private static func meter(process: Int32, cpu: Int) throws -> CPUMeter {
    for _ in 0..<100 {
      let workers = ProcessThreads.paths(of: process) { $0.hasPrefix("xsk-") }
      if !workers.isEmpty { return CPUMeter(workers: workers, softirqThread: KernelThread.softirq(cpu: cpu)) }
      try Interruption.check()
      usleep(10_000)
    }
    throw BenchError(
      "the reflector has no worker", why: "no thread of process \(process) is named xsk-*",
      remedy: "a fault in ReflectorEngine, or its threads have got other names")
  }

  private static func notStarted(_ executable: String, _ why: String) -> BenchError {
    BenchError(
      "start \(executable) attach", why: why, remedy: "run `reflector-xdp attach` by hand, or name it with --reflector")
  }
}
