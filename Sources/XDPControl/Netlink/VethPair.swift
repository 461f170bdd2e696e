import CMNL
import Glibc
import LinuxSystem

/// One end of a veth pair to be made.
package struct VethEnd: Sendable {
  /// At most 15 bytes.
  package var name: String
  /// Nil: the kernel makes one up.
  package var hardwareAddress: HardwareAddress?
  /// RX and TX queues allocated. Native XDP on an end wants at least as many RX queues as its PEER has
  /// TX queues (ENOSPC otherwise).
  package var receiveQueues: UInt32
  package var transmitQueues: UInt32
  /// A descriptor of the network namespace to put it into, see ``NetworkNamespace/open(named:)``; nil:
  /// the caller's.
  package var namespace: CInt?

  package init(
    _ name: String, hardwareAddress: HardwareAddress? = nil, queues: UInt32 = 1, namespace: CInt? = nil
  ) {
    self.name = name
    self.hardwareAddress = hardwareAddress
    receiveQueues = queues
    transmitQueues = queues
    self.namespace = namespace
  }
}

/// Two virtual Ethernet devices, each the other's far end.
package enum VethPair {
  /// Makes a pair, both ends down (RTM_NEWLINK). Deleting either end, or its namespace, deletes both.
  ///
  /// Both ends are described in one message: the peer's description, fixed header and all, stands inside
  /// the first one's IFLA_LINKINFO. So there is no moment at which only one of them exists.
  ///
  /// Needs CAP_NET_ADMIN in the namespaces concerned. EEXIST: one of the names is taken.
  package static func create(_ end: VethEnd, peer: VethEnd) throws(NetlinkError) {
    let flags = Int(NLM_F_CREATE) | Int(NLM_F_EXCL)
    var request = NetlinkRequest("RTM_NEWLINK \(end.name)", type: Int(RTM_NEWLINK), flags: flags, ifinfomsg())
    put(end, into: &request)
    request.nest(Int(IFLA_LINKINFO)) { request in
      request.put(Int(IFLA_INFO_KIND), "veth")
      request.nest(Int(IFLA_INFO_DATA)) { request in
        request.nest(Int(VETH_INFO_PEER)) { request in
          request.putHeader(ifinfomsg())
          put(peer, into: &request)
        }
      }
    }
    var socket = try NetlinkSocket(NETLINK_ROUTE)
    try socket.acknowledge(request)
  }

  private static func put(_ end: VethEnd, into request: inout NetlinkRequest) {
    request.put(Int(IFLA_IFNAME), end.name)
    request.put(Int(IFLA_NUM_RX_QUEUES), end.receiveQueues)
    request.put(Int(IFLA_NUM_TX_QUEUES), end.transmitQueues)
    if let address = end.hardwareAddress { request.put(Int(IFLA_ADDRESS), address.bytes) }
    if let namespace = end.namespace { request.put(Int(IFLA_NET_NS_FD), UInt32(bitPattern: namespace)) }
  }
}
