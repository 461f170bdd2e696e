import CMNL
import Glibc
import LinuxSystem
import SystemPackage

/// Changing interfaces of the calling thread's network namespace. Needs CAP_NET_ADMIN; a refusal
/// carries the kernel's own message.
package enum LinkSettings {
  /// Switches an interface on or off (IFF_UP).
  package static func setUp(_ isUp: Bool = true, index: CInt) throws(NetlinkError) {
    let header = ifinfomsg(
      ifi_family: UInt8(AF_UNSPEC), __ifi_pad: 0, ifi_type: 0, ifi_index: index, ifi_flags: isUp ? 1 : 0, ifi_change: 1)
    try send(NetlinkRequest("RTM_NEWLINK \(index) \(isUp ? "up" : "down")", type: Int(RTM_NEWLINK), header))
  }

  /// Bytes of the longest packet, without the Ethernet header.
  package static func setMTU(_ mtu: UInt32, index: CInt) throws(NetlinkError) {
    var request = NetlinkRequest("RTM_NEWLINK \(index) mtu \(mtu)", type: Int(RTM_NEWLINK), header(index))
    request.put(Int(IFLA_MTU), mtu)
    try send(request)
  }

  /// Deletes a virtual interface; EOPNOTSUPP for hardware.
  package static func delete(index: CInt) throws(NetlinkError) {
    try send(NetlinkRequest("RTM_DELLINK \(index)", type: Int(RTM_DELLINK), header(index)))
  }

  /// Gives an interface an IP address: 4 or 16 bytes in wire order, and the length of its network's
  /// prefix in bits. EEXIST: it has it already.
  ///
  /// An IPv6 address can be used at once: duplicate address detection is off for it (IFA_F_NODAD).
  package static func addAddress(_ address: [UInt8], prefix: UInt8, index: CInt) throws(NetlinkError) {
    let operation = "RTM_NEWADDR \(index)"
    let family: CInt
    switch address.count {
    case 4: family = AF_INET
    case 16: family = AF_INET6
    default: throw NetlinkError(operation, .invalidArgument)
    }
    let header = ifaddrmsg(
      ifa_family: UInt8(family), ifa_prefixlen: prefix, ifa_flags: family == AF_INET6 ? UInt8(IFA_F_NODAD) : 0,
      ifa_scope: 0, ifa_index: UInt32(bitPattern: index))
    let flags = Int(NLM_F_CREATE) | Int(NLM_F_EXCL)
    var request = NetlinkRequest(operation, type: Int(RTM_NEWADDR), flags: flags, header)
    request.put(Int(IFA_LOCAL), address)
    request.put(Int(IFA_ADDRESS), address)
    try send(request)
  }

  private static func header(_ index: CInt) -> ifinfomsg {
    ifinfomsg(
      ifi_family: UInt8(AF_UNSPEC), __ifi_pad: 0, ifi_type: 0, ifi_index: index, ifi_flags: 0, ifi_change: 0)
  }

  private static func send(_ request: borrowing NetlinkRequest) throws(NetlinkError) {
    var socket = try NetlinkSocket(NETLINK_ROUTE)
    try socket.acknowledge(request)
  }
}
