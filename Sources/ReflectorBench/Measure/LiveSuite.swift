import LinuxSystem
import XDPControl

/// Every subject with every window in turn, round after round.
///
/// Whole runs one after the other say little on a machine that others use too. Here each round has its
/// own measurement of the kernel's limit, and a figure's ratio to that is the one to compare with.
struct LiveSuite: ~Copyable {
  /// What was asked for; a part of the report.
  struct Settings: Encodable, Sendable {
    var windows = [128, 1]
    var rounds = 5
    var secondsPerRun = 1.0
    /// With FCS.
    var frameLength = 64
    var generatorCPU: Int
    var reflectorCPU: Int
  }

  private let settings: Settings
  private let subjects: [Subject]
  private let executable: String
  private let lab: BenchLab
  private var tester: Tester
  private(set) var figures = LiveFigures()

  init(_ settings: Settings, subjects: [Subject], executable: String) throws {
    let lab = try BenchLab()
    let tester = try Tester(lab, object: TesterObject(), length: settings.frameLength, cpu: settings.generatorCPU)
    self.lab = lab
    self.tester = tester
    self.settings = settings
    self.subjects = subjects
    self.executable = executable
  }

  /// Measures every case once.
  mutating func round() throws {
    for subject in subjects {
      switch subject {
      case .kernel: try measureKernel()
      case .blocking, .busyPoll, .with: try measureReflector(subject)
      }
    }
  }

  private mutating func measureKernel() throws {
    let program = tester.kernelReflector
    let index = lab.reflectorIndex
    let link = try lab.insideReflector { try XDPLink(program: program, interfaceIndex: index, mode: .native) }
    _ = try runs(.kernel, meter: .nothing)
    // The link detaches when it goes: here, and not a moment earlier.
    _ = consume link
  }

  private mutating func measureReflector(_ subject: Subject) throws {
    var reflector = try ReflectorProcess(
      executable: executable, lab: lab, cpu: settings.reflectorCPU, options: subject.options,
      duration: settings.windows.count * (Int(settings.secondsPerRun) + 5) + 60)
    do {
      let sent = try runs(subject, meter: reflector.meter)
      figures.add(try reflector.stop(), sent: sent, to: subject)
    } catch  where !(error is BenchError) && !reflector.isRunning {
      // Its files in /proc are gone.
      throw ReflectorProcess.ended
    }
  }

  /// Returns the number of frames that were sent.
  private mutating func runs(_ subject: Subject, meter: CPUMeter) throws -> UInt64 {
    var sent: UInt64 = 0
    for window in settings.windows {
      let plan = RunPlan(window: window, duration: UInt64(settings.secondsPerRun * 1e9))
      let result = try tester.run(plan, meter: meter)
      figures.add(result, to: LiveFigures.Case(subject: subject, window: window))
      sent += result.sent
    }
    return sent
  }
}
