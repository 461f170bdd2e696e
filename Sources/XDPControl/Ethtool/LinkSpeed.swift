import CMNL

extension Interface {
  /// The link's speed in megabits a second (ETHTOOL_MSG_LINKMODES_GET, Linux 5.6). Nil when nobody knows: no
  /// link, or a driver that has none (virtio_net without a host that tells).
  ///
  /// veth and tun say 10000, which is a number made up.
  package func speed() throws(NetlinkError) -> Int? {
    try EthtoolMessage.get("ETHTOOL_MSG_LINKMODES_GET", Int(ETHTOOL_MSG_LINKMODES_GET), of: self) {
      Self.speed($0)
    }
  }

  /// From the attributes of ETHTOOL_MSG_LINKMODES_GET_REPLY; SPEED_UNKNOWN is -1, and some drivers say 0.
  static func speed(_ attributes: RawSpan) -> Int? {
    var speed: Int?
    NetlinkAttributes.forEach(in: attributes) { type, value in
      if type == Int(ETHTOOL_A_LINKMODES_SPEED) { speed = value.i32().flatMap { $0 > 0 ? Int($0) : nil } }
    }
    return speed
  }
}
