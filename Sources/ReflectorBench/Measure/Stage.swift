import LinuxSystem

/// A lab with its tester and whoever reflects in it: what one kind of setup is measured on.
final class Stage {
  var subjects: Subjects
  var tester: Tester
  /// The program of the kernel's limit; a copy, because subjects are also started while the tester sends.
  private let program: CInt

  /// - Parameters:
  ///   - generators: CPUs, one for each queue.
  ///   - workers: CPUs, in the order of the queues; the same ones when they are shared.
  init(executable: String, generators: [Int], workers: [Int]) throws {
    let lab = try BenchLab(queues: generators.count)
    let tester = try Tester(lab, object: TesterObject(), cpus: generators, yields: generators == workers)
    program = tester.kernelReflector
    self.tester = tester
    subjects = Subjects(lab: lab, executable: executable, cpus: workers, idleCPU: generators[0])
  }

  /// Starts a subject, runs `body` with it and the tester, and ends it.
  func with<Value>(
    _ setup: Setup, seconds: Double, _ body: (Subjects.Running) throws -> Value
  ) throws -> (Value, ReflectorProcess.Totals?) {
    do {
      return try subjects.with(setup, program: program, seconds: Int(seconds) + 60, body)
    } catch let error as BenchError where error.status == BenchError.usual {
      throw BenchError("\(setup.subject.name): \(error.what)", why: error.why, remedy: error.remedy)
    }
  }
}
