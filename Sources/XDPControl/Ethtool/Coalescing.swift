import CMNL

/// How long a NIC may hold interrupts back (ETHTOOL_MSG_COALESCE_GET, `ethtool -c`). Nil: the driver has no such
/// setting.
package struct Coalescing: Hashable, Sendable {
  /// Microseconds after a frame; 0 for at once.
  package var receiveMicroseconds: UInt32?
  package var receiveFrames: UInt32?
  package var transmitMicroseconds: UInt32?
  package var transmitFrames: UInt32?
  /// The driver, or the NIC, changes the above by the load.
  package var isReceiveAdaptive: Bool?
  package var isTransmitAdaptive: Bool?

  package init(
    receiveMicroseconds: UInt32? = nil, receiveFrames: UInt32? = nil, transmitMicroseconds: UInt32? = nil,
    transmitFrames: UInt32? = nil, isReceiveAdaptive: Bool? = nil, isTransmitAdaptive: Bool? = nil
  ) {
    self.receiveMicroseconds = receiveMicroseconds
    self.receiveFrames = receiveFrames
    self.transmitMicroseconds = transmitMicroseconds
    self.transmitFrames = transmitFrames
    self.isReceiveAdaptive = isReceiveAdaptive
    self.isTransmitAdaptive = isTransmitAdaptive
  }

  /// Nil when the driver has nothing of the kind.
  package static func of(_ interface: Interface) throws(NetlinkError) -> Coalescing? {
    try EthtoolMessage.get("ETHTOOL_MSG_COALESCE_GET", Int(ETHTOOL_MSG_COALESCE_GET), of: interface) { Coalescing($0) }
  }

  /// Changes what isn't so already, and leaves alone what is nil in `wanted`. All of it, or none: drivers refuse
  /// combinations, too (adaptive together with a time of one's own), or cut a value to what they can: read it again
  /// for what it became. Needs CAP_NET_ADMIN.
  package static func set(_ wanted: Coalescing, of interface: Interface) throws(NetlinkError) {
    let now = try of(interface)
    try EthtoolMessage.set(
      "ETHTOOL_MSG_COALESCE_SET", Int(ETHTOOL_MSG_COALESCE_SET), of: interface,
      [
        .init(ETHTOOL_A_COALESCE_RX_USECS, wanted.receiveMicroseconds, was: now?.receiveMicroseconds),
        .init(ETHTOOL_A_COALESCE_RX_MAX_FRAMES, wanted.receiveFrames, was: now?.receiveFrames),
        .init(ETHTOOL_A_COALESCE_TX_USECS, wanted.transmitMicroseconds, was: now?.transmitMicroseconds),
        .init(ETHTOOL_A_COALESCE_TX_MAX_FRAMES, wanted.transmitFrames, was: now?.transmitFrames),
        .init(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, wanted.isReceiveAdaptive, was: now?.isReceiveAdaptive),
        .init(ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, wanted.isTransmitAdaptive, was: now?.isTransmitAdaptive),
      ])
  }

  /// From the attributes of ETHTOOL_MSG_COALESCE_GET_REPLY: what the driver doesn't have isn't among them.
  init(_ attributes: RawSpan) {
    self.init()
    // A closure over a half-made `self` isn't possible, over a copy it is.
    var copy = self
    NetlinkAttributes.forEach(in: attributes) { type, value in
      switch type {
      case Int(ETHTOOL_A_COALESCE_RX_USECS): copy.receiveMicroseconds = value.u32()
      case Int(ETHTOOL_A_COALESCE_RX_MAX_FRAMES): copy.receiveFrames = value.u32()
      case Int(ETHTOOL_A_COALESCE_TX_USECS): copy.transmitMicroseconds = value.u32()
      case Int(ETHTOOL_A_COALESCE_TX_MAX_FRAMES): copy.transmitFrames = value.u32()
      case Int(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX): copy.isReceiveAdaptive = value.u8().map { $0 != 0 }
      case Int(ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX): copy.isTransmitAdaptive = value.u8().map { $0 != 0 }
      default: break
      }
    }
    self = copy
  }
}
