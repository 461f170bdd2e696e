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

  /// Sockets whose frames may be chains of descriptors: XDP_USE_SG, Linux 6.6.
  ///
  /// A bind to an interface that can't be: a kernel that knows the flag says so of the interface (ENODEV), one that
  /// doesn't of the flag (EINVAL). False also where that can't be asked.
  package static var hasMultiBuffer: Bool {
    guard let descriptor = try? check("socket AF_XDP", { socket(AF_XDP, CInt(SOCK_RAW.rawValue), 0) }) else {
      return false
    }
    let owner = OwnedDescriptor(descriptor)
    var address = sockaddr_xdp()
    address.sxdp_family = UInt16(AF_XDP)
    address.sxdp_flags = UInt16(CInt(CLINUX_XDP_USE_SG) | XDP_COPY)
    do throws(SystemCallError) {
      try check("bind XDP_USE_SG") {
        withUnsafePointer(to: address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(owner.rawValue, $0, socklen_t(MemoryLayout<sockaddr_xdp>.size))
          }
        }
      }
      return true
    } catch {
      return error.errno == .noSuchDevice
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
