/// A VLAN tag: its EtherType and what it says. Testers count a tag that comes back changed as a frame
/// lost, so frames carry all 16 bits of it, not the VLAN alone.
package struct VLANTag: Hashable, Sendable {
  /// 0x8100 (802.1Q) or 0x88a8 (802.1ad), or whatever a test wants to be there.
  package let protocolID: UInt16
  /// Priority (3 bits), drop eligible (1 bit), VLAN (12 bits).
  package let control: UInt16

  package init(protocolID: UInt16 = EtherType.dot1Q, control: UInt16) {
    self.protocolID = protocolID
    self.control = control
  }

  package init(protocolID: UInt16 = EtherType.dot1Q, vlan: UInt16, priority: UInt8 = 0, dropEligible: Bool = false) {
    self.init(
      protocolID: protocolID,
      control: UInt16(priority & 7) << 13 | (dropEligible ? 0x1000 : 0) | vlan & 0xfff)
  }
}

/// What a test frame's IPv4 header says; lengths and checksum follow from the frame.
package struct IPv4Header: Hashable, Sendable {
  package var source: IPv4Address
  package var destination: IPv4Address
  /// DSCP (6 bits) and ECN (2 bits).
  package var trafficClass: UInt8 = 0
  package var identification: UInt16 = 0
  package var doNotFragment = false
  package var timeToLive: UInt8 = 64
  /// 0 to 40 bytes, a multiple of 4.
  package var options: [UInt8] = []

  package init(source: IPv4Address, destination: IPv4Address) {
    self.source = source
    self.destination = destination
  }
}

/// What a test frame's IPv6 header says; the payload length follows from the frame.
package struct IPv6Header: Hashable, Sendable {
  package var source: IPv6Address
  package var destination: IPv6Address
  /// DSCP (6 bits) and ECN (2 bits).
  package var trafficClass: UInt8 = 0
  /// 20 bits.
  package var flowLabel: UInt32 = 0
  package var hopLimit: UInt8 = 64

  package init(source: IPv6Address, destination: IPv6Address) {
    self.source = source
    self.destination = destination
  }
}

/// Either of the two, with nothing between it and UDP: no IPv6 extension headers.
package enum NetworkHeader: Hashable, Sendable {
  case ipv4(IPv4Header)
  case ipv6(IPv6Header)

  /// With the header's defaults.
  package static func ipv4(from source: IPv4Address, to destination: IPv4Address) -> NetworkHeader {
    .ipv4(IPv4Header(source: source, destination: destination))
  }

  /// With the header's defaults.
  package static func ipv6(from source: IPv6Address, to destination: IPv6Address) -> NetworkHeader {
    .ipv6(IPv6Header(source: source, destination: destination))
  }

  /// In bytes, with IPv4's options.
  package var length: Int {
    switch self {
    case .ipv4(let header): HeaderLength.ipv4 + header.options.count
    case .ipv6: HeaderLength.ipv6
    }
  }
}
