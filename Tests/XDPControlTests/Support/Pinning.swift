import LinuxSystem

@testable import XDPControl

/// What tests with pins need, for `.enabled(if:)`. The file system is mounted where a fresh machine has none.
enum Pinning {
  static let isPossible: Bool = {
    guard let capabilities = Capabilities.current(), capabilities.has(.sysAdmin), capabilities.has(.bpf) else {
      return false
    }
    return (try? BPFFileSystem.mountIfMissing()) != nil
  }()

  static let need = "pins maps: needs CAP_BPF, CAP_SYS_ADMIN and a BPF file system"
}
