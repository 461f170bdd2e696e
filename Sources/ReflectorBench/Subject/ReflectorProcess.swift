import FoundationEssentials
import Glibc
import LinuxSystem

/// The reflector itself, as an operator runs it: the real executable, attached to the lab's end.
///
/// A child with one owner, who ends it with SIGINT; what it counted must agree with the tester.
struct ReflectorProcess: ~Copyable {
  /// What the last line of `attach --format json` says, as far as it matters here.
  struct Totals: Decodable, Sendable {
    let reflected: UInt64
    let balanced: Bool
  }

  private var process: ChildProcess
  private var lines: LineReader
  private let networks: AllowedNetworks?

  /// Starts it and returns when it says that it is attached.
  ///
  /// - Parameters:
  ///   - cpus: of the workers, in the order of the queues.
  ///   - duration: seconds after which it ends by itself, should this process be gone by then.
  init(executable: String, lab: borrowing BenchLab, setup: Setup, cpus: [Int], duration: Int) throws {
    let networks = setup.networks > 0 ? try AllowedNetworks(count: setup.networks) : nil
    let command = ChildProcess.Command(
      program: executable,
      arguments: Self.arguments(setup, cpus: cpus, duration: duration, file: networks?.path))
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
    self.lines = lines
    self.process = process
    self.networks = networks
  }

  /// A subject's own options come last, so that they win. What runs in the kernel has neither workers to pin nor
  /// sockets to bind.
  ///
  /// - Parameter file: with options; by default none, also not the interface's own in /etc.
  static func arguments(_ setup: Setup, cpus: [Int], duration: Int, file: String? = nil) -> [String] {
    let workers =
      setup.subject.hasWorkers ? ["--mode", "copy", "--cpus", cpus.map(String.init).joined(separator: ",")] : []
    return ["attach", BenchLab.reflectorEnd] + workers + ["--format", "json", "--log-level", "warning"]
      + ["--duration", "\(duration)", "--config", file ?? "none"] + RuleOptions.options(count: setup.rules)
      + setup.policy.options
      + setup.subject.options
  }

  var id: pid_t { process.id }

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

  private static func notStarted(_ executable: String, _ why: String) -> BenchError {
    BenchError(
      "start \(executable) attach", why: why,
      remedy: "run `reflector-xdp attach` by hand, or name another one with --reflector")
  }
}
