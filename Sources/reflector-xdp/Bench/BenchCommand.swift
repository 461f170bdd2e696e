import ArgumentParser
import FoundationEssentials
import Glibc
import LinuxSystem
import ReflectorBench

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the reflector against others on a veth pair of its own.",
    discussion: """
      Measures frames a second, CPU time and system calls a frame and round trips of the reflector, of dpdk-testpmd \
      where it is installed, and of the least that the kernel could do, in turn, round after round. Needs root, \
      Linux 5.18 and two CPUs. Exit status 1 when a frame came back wrong or not at all, or a ratio misses its \
      threshold; 130 when a signal stopped it.
      """)

  @Option(
    help: ArgumentHelp(
      "What to measure; may be given several times. (default: windows)",
      discussion: "windows, sizes, rules, conversations, networks, policy, queues, latency, lossless, start, idle.",
      valueName: "name"))
  var suite: [Suite] = []

  @Flag(help: "Measure all of that, which takes some 20 minutes.")
  var full = false

  @Option(
    help: ArgumentHelp(
      "What is to reflect; all if left out. May be given several times.",
      discussion: "kernel-limit, xsk-spinning, xsk, testpmd, kernel-datapath.", valueName: "subject"))
  var only: [BenchRequest.Reference] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Further options of attach, in one argument: measured beside the others. May be given several times.",
      valueName: "options"))
  var with: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Further options of testpmd or its AF_XDP device, in one argument. May be given several times.",
      valueName: "options"))
  var withTestpmd: [String] = []

  @Option(help: ArgumentHelp("Rounds; each measures every case once.", valueName: "number"))
  var rounds = BenchRequest().rounds

  @Option(help: ArgumentHelp("Length of each measurement, 0.1 to 60.", valueName: "seconds"))
  var seconds = BenchRequest().seconds

  @Option(help: ArgumentHelp("Length of the long run of lossless, 0.1 to 3600.", valueName: "seconds"))
  var hold = BenchRequest().holdSeconds

  @Option(
    help: ArgumentHelp(
      "Frames under way at most in windows, 1 to 199; may be given several times. (default: 128,32,1)",
      valueName: "number"))
  var window: [Int] = []

  @Option(help: ArgumentHelp("CPU of the generator; the first that may be used if left out.", valueName: "number"))
  var generatorCPU: Int?

  @Option(help: ArgumentHelp("CPU of the reflector; the second that may be used if left out.", valueName: "number"))
  var reflectorCPU: Int?

  @Option(help: ArgumentHelp("The reflector; this program if left out.", valueName: "file"))
  var reflector: String?

  @Flag(help: "Fail when a ratio misses its threshold; measures what the thresholds are about.")
  var check = false

  @Option(help: ArgumentHelp("The thresholds, in JSON.", valueName: "file"))
  var thresholds = "docs/benchmarks/thresholds.json"

  @Option(help: ArgumentHelp("Write results.md, results.json and pictures into this folder, too.", valueName: "folder"))
  var output: String?

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: ArgumentHelp("How to print the result.", valueName: "format"))
  var format: Format = .text

  func validate() throws {
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds \(rounds): 1 to 1000 are allowed") }
    guard (0.1...60).contains(seconds) else { throw ValidationError("--seconds \(seconds): 0.1 to 60 are allowed") }
    guard (0.1...3600).contains(hold) else { throw ValidationError("--hold \(hold): 0.1 to 3600 are allowed") }
    for one in window where !(1..<200).contains(one) {
      throw ValidationError("--window \(one): 1 to 199 are allowed")
    }
    if full && !suite.isEmpty { throw ValidationError("--full and --suite exclude each other") }
  }

  func run() throws {
    do throws(BenchError) {
      let report = try Benchmark.run(request(), say: say)
      if let output { try report.write(into: output) }
      Terminal.output((format == .json ? try report.json() : report.text()) + "\n")
      guard report.isFaultless, report.checks?.passed ?? true else { throw BenchError.notGood }
    } catch {
      if error.status != BenchError.notGood.status { Terminal.error("\(error)\n") }
      throw ExitCode(error.status)
    }
  }

  private func request() throws(BenchError) -> BenchRequest {
    var request = BenchRequest()
    request.suites = full ? Suite.allCases : check && suite.isEmpty ? [] : suite.isEmpty ? request.suites : suite
    request.only = only
    request.with = with
    request.withTestpmd = withTestpmd
    request.rounds = rounds
    request.seconds = seconds
    request.holdSeconds = hold
    if !window.isEmpty { request.windows = window }
    request.generatorCPU = generatorCPU
    request.reflectorCPU = reflectorCPU
    if let reflector { request.reflector = reflector }
    if check { request.thresholds = try Self.thresholds(in: thresholds) }
    request.version = ReflectorCommand.configuration.version
    return request
  }

  private static func thresholds(in file: String) throws(BenchError) -> Thresholds {
    do {
      return try Thresholds(json: try TextFile.read(file, limit: 1 << 20))
    } catch let error as ThresholdsError {
      throw BenchError("read \(file)", why: error.why, remedy: "docs/performance.md has the form", status: 65)
    } catch {
      throw BenchError(
        "read \(file)", why: "\(error)", remedy: "run it in the repository, or name the file with --thresholds",
        status: 66)
    }
  }

  /// What is left out is always said; where it is, only on a terminal, so that a silent minute isn't taken for a hang.
  private func say(_ text: String, isImportant: Bool) {
    if isImportant || isatty(STDERR_FILENO) == 1 { Terminal.error("\(text)\n") }
  }
}

extension Suite: ExpressibleByArgument {}
extension BenchRequest.Reference: ExpressibleByArgument {}
