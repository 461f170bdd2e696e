import ArgumentParser
import Foundation
import LinuxSystem

/// `make bench`: how fast the reflector is, against what the kernel could do in the same minute.
@main
struct ReflectorBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflector-bench",
    abstract: "Measures the reflector on a veth pair of its own, between two network namespaces.",
    discussion: "Needs root, iproute2, Linux 5.18 and two CPUs. docs/performance.md says how to read the figures.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case rewrite, kernel, blocking
    case busyPoll = "busy-poll"

    /// Nil of what isn't a reflector.
    var subject: Subject? {
      switch self {
      case .rewrite: nil
      case .kernel: .kernel
      case .blocking: .blocking
      case .busyPoll: .busyPoll
      }
    }
  }

  @Option(help: "What to measure; without it, everything.") var only: [Part] = []
  @Option(
    parsing: .unconditionalSingleValue,
    help: "Further options of attach, in one argument: measured beside the others in every round. May be repeated.")
  var with: [String] = []
  @Option(help: "Rounds; each measures every case once.") var rounds = 5
  @Option(help: "Seconds of each measurement.") var seconds = 1.0
  @Option(help: "Frames under way at most, 1 to 199.") var window = [128, 1]
  @Option(help: "Frame length in bytes with FCS, 64 to 1518.") var size = 64
  @Option(help: "CPU of the generator; without it, the first that may be used.") var generatorCPU: Int?
  @Option(help: "CPU of the reflector; without it, the second that may be used.") var reflectorCPU: Int?
  @Option(help: "The reflector; without it, reflector-xdp beside this program.") var reflector: String?
  @Option(help: "How to print the result.") var format = Format.text

  func validate() throws {
    guard rounds >= 1, seconds >= 0.1, seconds <= 60 else {
      throw ValidationError("rounds: 1 or more; seconds: 0.1 to 60")
    }
    guard window.allSatisfy({ (1..<200).contains($0) }) else { throw ValidationError("window: 1 to 199") }
    guard (64...1518).contains(size) else { throw ValidationError("size: 64 to 1518") }
  }

  func run() throws {
    // Both before any thread is started: threads inherit the signal mask.
    Interruption.install()
    LiveFrames.prepareSignals()
    do {
      let report = try measure()
      print(try format == .json ? report.json() : report.text())
      if !report.live.allSatisfy(\.isFaultless) { throw ExitCode(1) }
    } catch let error as SystemCallError {
      throw fail(BenchError("\(error)", why: "the kernel refused it", remedy: "run as root on Linux 5.18 or later"))
    } catch let error as BenchError {
      throw fail(error)
    }
  }

  /// Says it on stderr, in three lines, and how to end.
  private func fail(_ error: BenchError) -> ExitCode {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    return ExitCode(error.status)
  }

  /// Everything that was asked for. Whatever it makes is gone when it returns or throws.
  private func measure() throws -> Report {
    let machine = Machine.current()
    let parts = only.isEmpty ? Part.allCases : only
    let rewrite = parts.contains(.rewrite) ? try RewriteSuite.run() : []
    let subjects = parts.compactMap(\.subject) + with.map { Subject.with($0) }
    guard !subjects.isEmpty else { return Report(machine: machine, settings: nil, rewrite: rewrite, live: []) }
    let settings = try settings()
    var suite = try LiveSuite(settings, subjects: subjects, executable: executable)
    for round in 1...rounds {
      progress("round \(round) of \(rounds)")
      try suite.round()
    }
    let cases = settings.windows.flatMap { window in subjects.map { LiveFigures.Case(subject: $0, window: window) } }
    return Report(
      machine: machine, settings: settings, rewrite: rewrite, live: cases.compactMap { LiveRow($0, in: suite.figures) })
  }

  /// Generator and worker on a CPU each: on a shared one they would measure the scheduler.
  private func settings() throws -> LiveSuite.Settings {
    let allowed = try IndexList.allowedCPUs().indices
    guard geteuid() == 0 else {
      throw BenchError("make a lab", why: "this isn't root", remedy: "run as root, or with --only rewrite", status: 77)
    }
    guard let first = generatorCPU ?? allowed.first, let second = reflectorCPU ?? allowed.dropFirst().first,
      first != second
    else {
      throw BenchError(
        "generator and reflector need a CPU each", why: "\(allowed.count) may be used here",
        remedy: "run with two CPUs, or with --only rewrite", status: 69)
    }
    return LiveSuite.Settings(
      windows: window, rounds: rounds, secondsPerRun: seconds, frameLength: size, generatorCPU: first,
      reflectorCPU: second)
  }

  /// Built beside this program, wherever that is.
  private var executable: URL {
    if let reflector { return URL(fileURLWithPath: reflector) }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "reflector-xdp")
  }

  /// On a terminal, so that a silent minute isn't taken for a hang.
  private func progress(_ text: String) {
    if isatty(STDERR_FILENO) == 1 { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
  }
}
