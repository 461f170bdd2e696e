import CMNL
import Glibc
import ReflectorCore

/// An IP address of an interface, with its network (RTM_NEWADDR).
package struct InterfaceAddress: Hashable, Sendable {
  /// Its own (IFA_LOCAL).
  package let address: IPAddress
  /// Those that are reached without a router; of a point-to-point link the far end.
  package let network: Network

  package init(address: IPAddress, network: Network) {
    self.address = address
    self.network = network
  }

  /// All addresses of an interface in the calling thread's network namespace. Needs no capability.
  package static func all(ofInterface index: CInt) throws(NetlinkError) -> [InterfaceAddress] {
    let request = NetlinkRequest("RTM_GETADDR", type: Int(RTM_GETADDR), flags: Int(NLM_F_DUMP), ifaddrmsg())
    var socket = try NetlinkSocket(NETLINK_ROUTE)
    return try socket.collect(request) { InterfaceAddress($0, $1, interface: index) }
  }

  /// Nil for other messages, for other interfaces' addresses, and for those cut short.
  init?(_ header: NetlinkHeader, _ payload: RawSpan, interface index: CInt) {
    guard header.type == Int(RTM_NEWADDR), let fixed = AddressHeader(payload), fixed.index == index else { return nil }
    var local: IPAddress?
    var prefix: IPAddress?
    NetlinkAttributes.forEach(in: payload.extracting(droppingFirst: AddressHeader.size)) { type, value in
      switch type {
      case Int(IFA_LOCAL): local = IPAddress(value.octets())
      case Int(IFA_ADDRESS): prefix = IPAddress(value.octets())
      default: break
      }
    }
    // Of IPv6 the kernel says IFA_LOCAL only where there is a far end.
    guard let address = local ?? prefix, let far = prefix ?? local else { return nil }
    let width = Network(far).family.width
    guard fixed.prefixLength <= width else { return nil }
    self.address = address
    network = Network(containing: far, prefixLength: fixed.prefixLength)
  }
}

/// The fixed part of RTM_NEWADDR and RTM_DELADDR (`struct ifaddrmsg`).
struct AddressHeader: Hashable, Sendable {
  static let size = MemoryLayout<ifaddrmsg>.size

  let prefixLength: Int
  let index: CInt

  /// Nil when there aren't enough bytes.
  init?(_ payload: RawSpan) {
    guard let prefixLength = payload.u8(at: 1), let index = payload.i32(at: 4), payload.byteCount >= Self.size else {
      return nil
    }
    self.prefixLength = Int(prefixLength)
    self.index = index
  }
}

extension IPAddress {
  /// In wire order; nil unless there are 4 or 16 bytes.
  init?(_ bytes: [UInt8]) {
    switch bytes.count {
    case 4: self = .v4(IPv4Address(bytes[0], bytes[1], bytes[2], bytes[3]))
    case 16: self = .v6(IPv6Address(rawValue: bytes.reduce(0) { $0 << 8 | UInt128($1) }))
    default: return nil
    }
  }
}
