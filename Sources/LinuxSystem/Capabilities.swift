/// What the calling thread may do: its effective capability set.
package struct Capabilities: Hashable, Sendable {
  /// The capabilities that this program has a use for; raw values are the bits of `<linux/capability.h>`.
  package enum Capability: Int, CaseIterable, Sendable, CustomStringConvertible {
    /// Attaching, links, sysfs values of a device.
    case netAdmin = 12
    /// An AF_XDP socket.
    case netRaw = 13
    /// UMEM beyond RLIMIT_MEMLOCK.
    case ipcLock = 14
    /// Namespaces and mounts; before Linux 5.8 all of BPF.
    case sysAdmin = 21
    /// Raising RLIMIT_MEMLOCK.
    case sysResource = 24
    /// Linux 5.8.
    case bpf = 39

    /// As the kernel writes it: `CAP_NET_ADMIN`.
    package var description: String {
      switch self {
      case .netAdmin: "CAP_NET_ADMIN"
      case .netRaw: "CAP_NET_RAW"
      case .ipcLock: "CAP_IPC_LOCK"
      case .sysAdmin: "CAP_SYS_ADMIN"
      case .sysResource: "CAP_SYS_RESOURCE"
      case .bpf: "CAP_BPF"
      }
    }
  }

  /// Bit n is capability n.
  package let effective: UInt64

  package init(effective: UInt64) {
    self.effective = effective
  }

  /// From the text of `/proc/PID/status`; nil without a `CapEff:` line of hexadecimal digits.
  package init?(status: String) {
    for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
      let digits = line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }
      guard let effective = UInt64(digits, radix: 16) else { return nil }
      self.init(effective: effective)
      return
    }
    return nil
  }

  /// Of the calling thread; nil where /proc isn't mounted.
  package static func current() -> Capabilities? {
    (try? TextFile.read("/proc/thread-self/status")).flatMap(Capabilities.init(status:))
  }

  package func has(_ capability: Capability) -> Bool {
    effective & (1 << capability.rawValue) != 0
  }
}
