/// The headers in front of the test payload: an IP version behind none, one or two VLAN tags.
package enum LabProtocol: String, CaseIterable, Codable, Sendable {
  case ipv4
  case ipv6
  case ipv4VLAN = "ipv4_vlan"
  case ipv6VLAN = "ipv6_vlan"
  case ipv4QinQ = "ipv4_qinq"
  case ipv6QinQ = "ipv6_qinq"

  /// As the table prints it: `IPv6 802.1Q`.
  package var title: String {
    switch self {
    case .ipv4: "IPv4"
    case .ipv6: "IPv6"
    case .ipv4VLAN: "IPv4 802.1Q"
    case .ipv6VLAN: "IPv6 802.1Q"
    case .ipv4QinQ: "IPv4 QinQ"
    case .ipv6QinQ: "IPv6 QinQ"
    }
  }

  package var isIPv6: Bool {
    switch self {
    case .ipv6, .ipv6VLAN, .ipv6QinQ: true
    case .ipv4, .ipv4VLAN, .ipv4QinQ: false
    }
  }

  /// VLAN tags in front of the IP header: 0, 1 or 2.
  package var tags: Int {
    switch self {
    case .ipv4, .ipv6: 0
    case .ipv4VLAN, .ipv6VLAN: 1
    case .ipv4QinQ, .ipv6QinQ: 2
    }
  }

  /// The UDP payload's offset in the frame, in bytes: Ethernet, tags, IP without options, UDP.
  package var payloadOffset: Int { 14 + 4 * tags + (isIPv6 ? 40 : 20) + 8 }

  /// The shortest frame that can carry the five opaque bytes and the signature, in bytes without FCS;
  /// never below Ethernet's own least.
  package var shortestFrame: Int { max(payloadOffset + 12, 60 + 4 * tags) }
}
