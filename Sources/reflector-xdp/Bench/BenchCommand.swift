import ArgumentParser
import Glibc
import ReflectorBench

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the reflector on a veth pair of its own, between two network namespaces.",
    discussion: """
      Needs root, Linux 5.18 and two CPUs. docs/performance.md says how to read the figures. Exit status 1 when a frame \
      was lost or came back wrong, 130 when a signal stopped it.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: ArgumentHelp("What to measure; everything if left out.", valueName: "part"))
  var only: [Benchmark.Part] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Further options of attach, in one argument: measured beside the others in every round. May be repeated.",
      valueName: "options"))
  var with: [String] = []

  @Option(help: ArgumentHelp("Rounds; each measures every case once.", valueName: "number"))
  var rounds = Benchmark.Request().rounds

  @Option(help: ArgumentHelp("Of each measurement, 0.1 to 60.", valueName: "seconds"))
  var seconds = Benchmark.Request().seconds

  @Option(help: ArgumentHelp("Frames under way at most, 1 to 199.", valueName: "number"))
  var window = Benchmark.Request().windows

  @Option(help: ArgumentHelp("Frame length with FCS, 64 to 1518.", valueName: "bytes"))
  var size = Benchmark.Request().size

  @Option(help: ArgumentHelp("CPU of the generator; the first that may be used if left out.", valueName: "number"))
  var generatorCPU: Int?

  @Option(help: ArgumentHelp("CPU of the reflector; the second that may be used if left out.", valueName: "number"))
  var reflectorCPU: Int?

  @Option(help: ArgumentHelp("The reflector; this program if left out.", valueName: "file"))
  var reflector: String?

  @Option(help: ArgumentHelp("How to print the result.", valueName: "format"))
  var format: Format = .text

  func validate() throws {
    guard rounds >= 1, seconds >= 0.1, seconds <= 60 else {
      throw ValidationError("rounds: 1 or more; seconds: 0.1 to 60")
    }
    guard window.allSatisfy({ (1..<200).contains($0) }) else { throw ValidationError("window: 1 to 199") }
    guard (64...1518).contains(size) else { throw ValidationError("size: 64 to 1518") }
  }

  func run() throws {
    let report: Report
    do throws(BenchError) {
      report = try Benchmark.run(request, progress: progress)
    } catch {
      Terminal.error("\(error)\n")
      throw ExitCode(error.status)
    }
    Terminal.output((format == .json ? try report.json() : report.text()) + "\n")
    if !report.isFaultless { throw ExitCode(1) }
  }

  private var request: Benchmark.Request {
    var request = Benchmark.Request()
    request.only = only
    request.with = with
    request.rounds = rounds
    request.seconds = seconds
    request.windows = window
    request.size = size
    request.generatorCPU = generatorCPU
    request.reflectorCPU = reflectorCPU
    if let reflector { request.reflector = reflector }
    return request
  }

  /// On a terminal, so that a silent minute isn't taken for a hang.
  private func progress(_ text: String) {
    if isatty(STDERR_FILENO) == 1 { Terminal.error("\(text)\n") }
  }
}

extension Benchmark.Part: ExpressibleByArgument {}
