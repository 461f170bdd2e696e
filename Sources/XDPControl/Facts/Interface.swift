import CMNL
import Glibc
import LinuxSystem
import SystemPackage

/// A network interface as rtnetlink describes it at one moment (RTM_GETLINK).
package struct Interface: Hashable, Sendable {
  /// The real name, also when it was looked up by an alternative one: maps, pins and sysfs go by it.
  package internal(set) var name: String
  /// IFLA_ALT_IFNAME, Linux 5.5: `enp0s31f6`.
  package internal(set) var alternativeNames: [String] = []
  package internal(set) var index: CInt
  /// Nil where links have none.
  package internal(set) var hardwareAddress: HardwareAddress?
  /// Bytes, without the Ethernet header.
  package internal(set) var mtu: UInt32 = 0
  /// IFF_UP: somebody switched it on.
  package internal(set) var isUp: Bool
  /// IFF_LOWER_UP: it is up and the driver sees a link.
  package internal(set) var hasCarrier: Bool
  /// It takes frames for whatever address and VLAN: IFLA_PROMISCUITY isn't 0. Packet sockets may want it, too.
  package internal(set) var isPromiscuous = false
  /// IFLA_INFO_KIND: `veth`, `bond`; nil for hardware.
  package internal(set) var kind: String?
  /// Queues ALLOCATED, which is the most that can ever be in use; see ``ReceiveQueues`` for how many are.
  package internal(set) var receiveQueues: UInt32 = 0
  package internal(set) var transmitQueues: UInt32 = 0
  /// The XDP program on it; nil when there is none.
  package internal(set) var xdp: XDPAttachment?
  /// IFLA_LINK: the other end of a veth, the device under a VLAN; in namespace `linkNamespace` if it has
  /// a value, else in the same one. Nil for those that stand alone.
  package internal(set) var linkIndex: CInt?
  /// IFLA_LINK_NETNSID: this namespace's id for another one; negative when it has none.
  package internal(set) var linkNamespace: Int32?

  /// A veth's far end when it is in the same namespace: index only, ask ``find(index:)`` for the rest.
  package var peerIndex: CInt? {
    kind == "veth" && linkNamespace == nil ? linkIndex : nil
  }
}

/// An XDP program on an interface (IFLA_XDP).
package struct XDPAttachment: Hashable, Sendable {
  /// XDP_ATTACHED_*; raw values are the kernel's.
  package enum Mode: UInt8, Sendable {
    case native = 1
    case generic = 2
    case offload = 3
    /// Several at once, one a mode.
    case multiple = 4
  }

  package let mode: Mode
  /// What `bpftool prog show id` takes. With several, native's first, then generic's; nil when the kernel
  /// names none.
  package let programID: UInt32?
}

/// Why an interface couldn't be had.
package enum InterfaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No interface by that name, alternative name or index in this network namespace.
  case notFound(String)
  case kernel(NetlinkError)

  package var description: String {
    switch self {
    case .notFound(let name): "there is no interface '\(name)'"
    case .kernel(let error): error.description
    }
  }
}
