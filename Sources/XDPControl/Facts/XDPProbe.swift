import CBPF
import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// What this kernel has of what the program can't do without.
package enum XDPProbe {
  /// Whether something is there, and whether this process may use it.
  package enum Presence: Hashable, Sendable {
    case present
    case notPermitted
    /// The kernel was built without it, or is too old.
    case absent
  }

  /// AF_XDP sockets: CONFIG_XDP_SOCKETS, Linux 4.18. Using one takes CAP_NET_RAW.
  package static func afXDP() throws(SystemCallError) -> Presence {
    do {
      _ = OwnedDescriptor(try check("socket AF_XDP") { socket(AF_XDP, CInt(SOCK_RAW.rawValue), 0) })
      return .present
    } catch {
      return try presence(error, absent: .addressFamilyNotSupported)
    }
  }

  /// bpf(2): CONFIG_BPF_SYSCALL. Using it takes CAP_BPF (Linux 5.8) or CAP_SYS_ADMIN.
  package static func bpf() throws(SystemCallError) -> Presence {
    var id: UInt32 = 0
    do {
      try check("bpf BPF_PROG_GET_NEXT_ID") { bpf_prog_get_next_id(0, &id) }
      return .present
    } catch {
      // There is BPF, and no program loaded.
      if error.errno == .noSuchFileOrDirectory { return .present }
      return try presence(error, absent: .noFunction)
    }
  }

  private static func presence(_ error: SystemCallError, absent: Errno) throws(SystemCallError) -> Presence {
    switch error.errno {
    case absent: .absent
    case .notPermitted, .permissionDenied: .notPermitted
    default: throw error
    }
  }
}
