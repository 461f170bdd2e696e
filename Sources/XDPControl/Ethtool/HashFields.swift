/// What of a frame goes into the RSS hash (ETHTOOL_GRXFH, `ethtool -n IF rx-flow-hash udp4`).
package struct HashFields: OptionSet, Hashable, Sendable {
  /// RXH_* of linux/ethtool.h.
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// `m`: the destination MAC address.
  package static let l2Destination = HashFields(rawValue: 1 << 1)
  /// `v`
  package static let vlan = HashFields(rawValue: 1 << 2)
  /// `t`: the IP protocol.
  package static let l3Protocol = HashFields(rawValue: 1 << 3)
  /// `s`
  package static let sourceAddress = HashFields(rawValue: 1 << 4)
  /// `d`
  package static let destinationAddress = HashFields(rawValue: 1 << 5)
  /// `f`: bytes 0 and 1 of the transport header, for UDP the source port.
  package static let sourcePort = HashFields(rawValue: 1 << 6)
  /// `n`: bytes 2 and 3, the destination port.
  package static let destinationPort = HashFields(rawValue: 1 << 7)

  /// `sdfn`: with these, the streams of one tester spread over the queues.
  package static let addressesAndPorts: HashFields = [
    .sourceAddress, .destinationAddress, .sourcePort, .destinationPort,
  ]
}

/// A kind of packet that RSS may hash in its own way.
package enum HashedFlow: String, CaseIterable, Hashable, Sendable {
  /// UDP over IPv4; the raw value is what `ethtool` calls it.
  case udp4
  case udp6
}
