import Glibc
import LinuxSystem

/// One run of the benchmark: how fast the reflector is, against what the kernel could do in the same minute.
package enum Benchmark {
  package enum Part: String, CaseIterable, Sendable {
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

  /// What is to be measured, and how.
  package struct Request: Sendable {
    /// Everything when there is nothing in it.
    package var only: [Part] = []
    /// Further options of `attach`, measured beside the others in every round.
    package var with: [String] = []
    package var rounds = 5
    package var seconds = 1.0
    package var windows = [128, 1]
    /// With FCS.
    package var size = 64
    /// Nil: the first CPU that may be used.
    package var generatorCPU: Int?
    /// Nil: the second CPU that may be used.
    package var reflectorCPU: Int?
    /// This very program, unless another is to be measured.
    package var reflector = "/proc/self/exe"

    package init() {}
  }

  /// Everything that was asked for. Whatever it makes is gone when it returns or throws.
  ///
  /// Belongs to the main thread, before any other is started: it sets the process's signals up.
  package static func run(_ request: Request, progress: (String) -> Void) throws(BenchError) -> Report {
    Interruption.install()
    LiveFrames.prepareSignals()
    do {
      return try measure(request, progress: progress)
    } catch let error as BenchError {
      throw error
    } catch {
      throw BenchError("\(error)", why: "the kernel refused it", remedy: "run as root on Linux 5.18 or later")
    }
  }

  private static func measure(_ request: Request, progress: (String) -> Void) throws -> Report {
    let machine = Machine.current()
    let parts = request.only.isEmpty ? Part.allCases : request.only
    let rewrite = parts.contains(.rewrite) ? try RewriteSuite.run() : []
    let subjects = parts.compactMap(\.subject) + request.with.map { Subject.with($0) }
    guard !subjects.isEmpty else { return Report(machine: machine, settings: nil, rewrite: rewrite, live: []) }
    let settings = try settings(request)
    var suite = try LiveSuite(settings, subjects: subjects, executable: request.reflector)
    for round in 1...request.rounds {
      progress("round \(round) of \(request.rounds)")
      try suite.round()
    }
    let cases = settings.windows.flatMap { window in subjects.map { LiveFigures.Case(subject: $0, window: window) } }
    return Report(
      machine: machine, settings: settings, rewrite: rewrite, live: cases.compactMap { LiveRow($0, in: suite.figures) })
  }

  /// Generator and worker on a CPU each: on a shared one they would measure the scheduler.
  private static func settings(_ request: Request) throws -> LiveSuite.Settings {
    let allowed = try IndexList.allowedCPUs().indices
    guard geteuid() == 0 else {
      throw BenchError("make a lab", why: "this isn't root", remedy: "run as root, or with --only rewrite", status: 77)
    }
    guard let first = request.generatorCPU ?? allowed.first,
      let second = request.reflectorCPU ?? allowed.first(where: { $0 != first }), first != second
    else {
      throw BenchError(
        "generator and reflector need a CPU each", why: "\(allowed.count) may be used here",
        remedy: "run with two CPUs, or with --only rewrite", status: 69)
    }
    return LiveSuite.Settings(
      windows: request.windows, rounds: request.rounds, secondsPerRun: request.seconds, frameLength: request.size,
      generatorCPU: first, reflectorCPU: second)
  }
}
