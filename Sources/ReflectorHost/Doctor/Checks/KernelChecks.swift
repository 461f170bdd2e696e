internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// The kernel, and the refusals that it left behind.
enum KernelChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    kernel(examination)
      + (examination.setup.reflectsInKernel
        ? [] : presence(.afXDP, examination.survey.afXDP, without: "a kernel with CONFIG_XDP_SOCKETS=y"))
      + presence(.bpf, examination.survey.bpf, without: "a kernel with CONFIG_BPF_SYSCALL=y")
      + bpfFileSystem(examination) + verifier(examination)
  }

  /// The least, and the ones at which something that shows is gained.
  private static let least = KernelRelease(5, 12)

  private static func kernel(_ examination: Examination) -> [Finding] {
    examination.survey.kernel.finding(on: .kernel) { release in
      guard release < least else { return .ok(.kernel, "Linux \(release)") }
      return .warn(
        .kernel, "Linux \(release)", why: "\(Check.kernel.meaning) Distributions carry features back: attach tells.")
    }
  }

  private static func presence(_ check: Check, _ reading: Reading<XDPProbe.Presence>, without: String) -> [Finding] {
    reading.finding(on: check) { presence in
      switch presence {
      case .present: .ok(check, "there")
      case .notPermitted: .unknown(check, "not permitted")
      case .absent: .fail(check, "this kernel has none", why: "\(check.meaning) It takes \(without).")
      }
    }
  }

  private static func bpfFileSystem(_ examination: Examination) -> [Finding] {
    examination.survey.hasBPFFileSystem.finding(on: .bpfFileSystem) { isMounted in
      isMounted
        ? .ok(.bpfFileSystem, "mounted")
        : .warn(
          .bpfFileSystem, "nothing mounted at /sys/fs/bpf",
          why: "\(Check.bpfFileSystem.meaning) attach mounts it, if it may; ip netns exec hides it, --netns doesn't.",
          Remedy(plain: "mount -t bpf bpf /sys/fs/bpf"))
    }
  }

  private static func verifier(_ examination: Examination) -> [Finding] {
    switch examination.verifierLog {
    case .absent: return [.ok(.verifier, "no refusal on record")]
    case .unknown(let reason): return [.unknown(.verifier, reason)]
    case .value(let refusal):
      return [
        .fail(
          .verifier, "refused \(age(refusal.secondsAgo)): \(refusal.verdict)",
          why: "Until it is taken nothing can be attached; the whole log is in \(refusal.path).",
          Remedy(ours: examination.commands.ours("attach", "--log-level debug"), plain: "cat \(refusal.path)"))
      ]
    }
  }

  /// `5 min ago`
  private static func age(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s ago"
    case ..<7200: "\(seconds / 60) min ago"
    case ..<172_800: "\(seconds / 3600) h ago"
    default: "\(seconds / 86_400) d ago"
    }
  }
}
