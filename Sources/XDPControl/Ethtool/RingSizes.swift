import CMNL

/// Descriptors in a NIC's rings, for each queue (ETHTOOL_MSG_RINGS_GET, `ethtool -g`). Not the AF_XDP rings.
package struct RingSizes: Hashable, Sendable {
  /// Nil where the driver has no such ring to size.
  package var receive: Int?
  package var transmit: Int?
  package var receiveMaximum: Int?
  package var transmitMaximum: Int?

  package init(receive: Int?, transmit: Int?, receiveMaximum: Int?, transmitMaximum: Int?) {
    self.receive = receive
    self.transmit = transmit
    self.receiveMaximum = receiveMaximum
    self.transmitMaximum = transmitMaximum
  }

  /// Nil when the driver has no rings to size.
  package static func of(_ interface: Interface) throws(NetlinkError) -> RingSizes? {
    try EthtoolMessage.get("ETHTOOL_MSG_RINGS_GET", Int(ETHTOOL_MSG_RINGS_GET), of: interface) { RingSizes($0) }
  }

  /// Sizes the rings; nil leaves one as it is. The maxima of `wanted` are of no account.
  ///
  /// Drivers round up, to a power of two or a multiple of 8: read it again for what it became. Most of them
  /// take the link down for it. Needs CAP_NET_ADMIN.
  package static func set(_ wanted: RingSizes, of interface: Interface) throws(NetlinkError) {
    let now = try of(interface)
    try EthtoolMessage.set(
      "ETHTOOL_MSG_RINGS_SET", Int(ETHTOOL_MSG_RINGS_SET), of: interface,
      [
        .init(ETHTOOL_A_RINGS_RX, wanted.receive, was: now?.receive),
        .init(ETHTOOL_A_RINGS_TX, wanted.transmit, was: now?.transmit),
      ])
  }

  /// From the attributes of ETHTOOL_MSG_RINGS_GET_REPLY.
  init(_ attributes: RawSpan) {
    var values: [Int: Int] = [:]
    NetlinkAttributes.forEach(in: attributes) { type, value in values[type] = value.u32().map { Int($0) } }
    self.init(
      receive: values[Int(ETHTOOL_A_RINGS_RX)], transmit: values[Int(ETHTOOL_A_RINGS_TX)],
      receiveMaximum: values[Int(ETHTOOL_A_RINGS_RX_MAX)], transmitMaximum: values[Int(ETHTOOL_A_RINGS_TX_MAX)])
  }
}
