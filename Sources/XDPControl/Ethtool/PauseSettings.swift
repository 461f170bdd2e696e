import CMNL

/// Flow control by pause frames (ETHTOOL_MSG_PAUSE_GET, `ethtool -a`).
package struct PauseSettings: Hashable, Sendable {
  package var isAutonegotiated: Bool
  /// Stops sending when the other side asks for it.
  package var receive: Bool
  /// Asks the other side to stop when its own RX queue fills.
  package var transmit: Bool

  package init(isAutonegotiated: Bool, receive: Bool, transmit: Bool) {
    self.isAutonegotiated = isAutonegotiated
    self.receive = receive
    self.transmit = transmit
  }

  /// Nil when the driver has no flow control (virtio_net, veth).
  package static func of(_ interface: Interface) throws(NetlinkError) -> PauseSettings? {
    try EthtoolMessage.get("ETHTOOL_MSG_PAUSE_GET", Int(ETHTOOL_MSG_PAUSE_GET), of: interface) { PauseSettings($0) }
  }

  /// Changes what isn't so already. Drivers pay no heed to the two directions while they negotiate by
  /// themselves. Needs CAP_NET_ADMIN.
  package static func set(_ wanted: PauseSettings, of interface: Interface) throws(NetlinkError) {
    let now = try of(interface)
    try EthtoolMessage.set(
      "ETHTOOL_MSG_PAUSE_SET", Int(ETHTOOL_MSG_PAUSE_SET), of: interface,
      [
        .init(ETHTOOL_A_PAUSE_AUTONEG, wanted.isAutonegotiated, was: now?.isAutonegotiated),
        .init(ETHTOOL_A_PAUSE_RX, wanted.receive, was: now?.receive),
        .init(ETHTOOL_A_PAUSE_TX, wanted.transmit, was: now?.transmit),
      ])
  }

  /// From the attributes of ETHTOOL_MSG_PAUSE_GET_REPLY; nil when one of the three is missing.
  init?(_ attributes: RawSpan) {
    var flags: [Int: Bool] = [:]
    NetlinkAttributes.forEach(in: attributes) { type, value in flags[type] = value.u8().map { $0 != 0 } }
    guard let isAutonegotiated = flags[Int(ETHTOOL_A_PAUSE_AUTONEG)] else { return nil }
    guard let receive = flags[Int(ETHTOOL_A_PAUSE_RX)] else { return nil }
    guard let transmit = flags[Int(ETHTOOL_A_PAUSE_TX)] else { return nil }
    self.init(isAutonegotiated: isAutonegotiated, receive: receive, transmit: transmit)
  }
}
