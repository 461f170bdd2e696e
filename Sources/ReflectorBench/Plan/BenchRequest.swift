/// What is to be measured, and how.
package struct BenchRequest: Sendable {
  /// A subject by the name that it has on the command line.
  package enum Reference: String, CaseIterable, Sendable {
    case kernelLimit = "kernel-limit"
    case xskSpinning = "xsk-spinning"
    case xsk
    case testpmd
    case kernelDatapath = "kernel-datapath"

    var subject: Subject {
      switch self {
      case .kernelLimit: .kernelLimit
      case .xskSpinning: .xskSpinning
      case .xsk: .xsk
      case .testpmd: .testpmd
      case .kernelDatapath: .kernelDatapath
      }
    }
  }

  package var suites: [Suite] = [.windows]
  /// All of them when there is nothing in it.
  package var only: [Reference] = []
  /// Further options of `attach`, measured beside the others in every round.
  package var with: [String] = []
  /// Further options of testpmd, measured beside the others in every round.
  package var withTestpmd: [String] = []
  package var rounds = 5
  package var seconds = 1.0
  /// Of the long run of the suite `lossless`.
  package var holdSeconds = 60.0
  /// Of the suite `windows`.
  package var windows = [128, 32, 1]
  /// Nil: the first CPU that may be used.
  package var generatorCPU: Int?
  /// Nil: the second CPU that may be used.
  package var reflectorCPU: Int?
  /// This very program, unless another is to be measured.
  package var reflector = "/proc/self/exe"
  /// What the ratios have to reach; nil: they are looked at by people.
  package var thresholds: Thresholds?
  /// Of this program.
  package var version = ""

  package init() {}

  /// In the order in which they take turns.
  var subjects: [Subject] {
    (only.isEmpty ? Reference.allCases : only).map(\.subject) + with.map { .with($0) }
      + withTestpmd.map { .testpmdWith($0) }
  }
}
