import CMNL
import LinuxSystem

/// Whose namespace the number in IFLA_LINK_NETNSID is (RTM_GETNSID, Linux 4.0).
package enum NamespaceID {
  /// The calling thread's namespace's number for another one, given by its descriptor. Nil when it has none, since
  /// it has never heard of it.
  package static func of(_ namespace: borrowing OwnedDescriptor) throws(NetlinkError) -> Int32? {
    var request = NetlinkRequest("RTM_GETNSID", type: Int(RTM_GETNSID), rtgenmsg())
    request.put(attributeDescriptor, UInt32(bitPattern: namespace.rawValue))
    var socket = try NetlinkSocket(NETLINK_ROUTE)
    return try socket.collect(request) { header, payload in
      header.type == Int(RTM_NEWNSID) ? number(payload) : nil
    }.first
  }

  // linux/net_namespace.h: NETNSA_NSID, NETNSA_FD.
  private static let attributeNumber = 1
  private static let attributeDescriptor = 3

  /// From the payload of RTM_NEWNSID: `struct rtgenmsg`, padded to 4 bytes, and attributes. -1 stands for none.
  static func number(_ payload: RawSpan) -> Int32? {
    var number: Int32?
    NetlinkAttributes.forEach(in: payload.extracting(droppingFirst: 4)) { type, value in
      if type == attributeNumber { number = value.i32() }
    }
    return number.flatMap { $0 >= 0 ? $0 : nil }
  }
}
