import FoundationEssentials
import Glibc
import LinuxSystem

/// What can be measured here, and what can't for want of a program or an option.
struct Programs: Sendable {
  let hasTestpmd: Bool
  /// Whether `attach --help` knows the option.
  let hasKernelDatapath: Bool

  /// Looks into PATH, and asks the reflector.
  static func find(reflector: String) throws -> Programs {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    let hasTestpmd = path.split(separator: ":").contains { access("\($0)/\(TestpmdProcess.program)", X_OK) == 0 }
    var help = try ChildProcess(ChildProcess.Command(program: reflector, arguments: ["attach", "--help"]))
    var lines = LineReader(help.output.rawValue)
    var hasKernelDatapath = false
    while let line = try lines.next(within: 5000) {
      hasKernelDatapath = hasKernelDatapath || line.contains("--datapath")
    }
    _ = help.wait()
    return Programs(hasTestpmd: hasTestpmd, hasKernelDatapath: hasKernelDatapath)
  }

  /// Why a subject can't be measured here; nil when it can.
  func obstacle(to subject: Subject) -> String? {
    switch subject {
    case .testpmd, .testpmdWith:
      hasTestpmd ? nil : "there is no \(TestpmdProcess.program) (Debian: dpdk-dev, or make bench)"
    case .kernelDatapath: hasKernelDatapath ? nil : "the reflector has no --datapath"
    case .kernelLimit, .xskSpinning, .xsk, .with: nil
    }
  }
}
