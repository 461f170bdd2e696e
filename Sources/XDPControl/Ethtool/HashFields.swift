import CLinux
import LinuxSystem
import SystemPackage

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

  /// The kernel's number for it.
  fileprivate var type: UInt32 {
    switch self {
    case .udp4: UInt32(UDP_V4_FLOW)
    case .udp6: UInt32(UDP_V6_FLOW)
    }
  }
}

extension HashFields {
  /// Nil when the driver doesn't tell.
  package static func of(_ flow: HashedFlow, _ interface: Interface) throws(SystemCallError) -> HashFields? {
    var question = ethtool_rxnfc()
    question.cmd = UInt32(ETHTOOL_GRXFH)
    question.flow_type = flow.type
    guard try EthtoolSocket().ask("ETHTOOL_GRXFH", of: interface.name, &question) else { return nil }
    return HashFields(rawValue: question.data)
  }

  /// What isn't so already is changed; drivers allow few combinations and refuse others with EINVAL. Needs
  /// CAP_NET_ADMIN. EOPNOTSUPP: the driver's hash is fixed.
  package static func set(
    _ wanted: HashFields, for flow: HashedFlow, of interface: Interface
  ) throws(SystemCallError) {
    guard try of(flow, interface) != wanted else { return }
    let call = "ETHTOOL_SRXFH \(flow.rawValue)"
    var change = ethtool_rxnfc()
    change.cmd = UInt32(ETHTOOL_SRXFH)
    change.flow_type = flow.type
    change.data = wanted.rawValue
    guard try EthtoolSocket().ask(call, of: interface.name, &change) else {
      throw SystemCallError("\(call) \(interface.name)", .notSupportedOnSocket)
    }
  }
}
