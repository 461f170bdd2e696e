import ReflectorCore

/// Writes the frames of a run: each with its own sequence number, and what must come back for it.
package struct LabFrames: Hashable, Sendable {
  package let tester: MACAddress
  package let reflector: MACAddress

  package init(tester: MACAddress, reflector: MACAddress) {
    self.tester = tester
    self.reflector = reflector
  }

  /// Addresses that are reserved for documentation and tests (RFC 5737, RFC 3849).
  private static let ipv4 = (
    tester: IPv4Address(192, 0, 2, 1), reflector: IPv4Address(192, 0, 2, 2)
  )
  private static let ipv6 = (
    tester: IPv6Address(rawValue: 0x2001_0db8 << 96 | 1), reflector: IPv6Address(rawValue: 0x2001_0db8 << 96 | 2)
  )

  /// The kernel chooses a veth's queue by the flow, and all queues are to have their share. So the source
  /// ports differ from frame to frame, and for tagged frames the traffic classes: in a packet socket's
  /// tagged frame the kernel looks for the flow in the wrong place, and that is what it finds of it.
  private static let firstPort: UInt16 = 49152
  private static let ports: UInt32 = 1021

  package func frame(_ one: LabCase, sequence: UInt32) throws(TestFrameError) -> TestFrame {
    try TestFrame(
      source: tester, destination: reflector, tags: Self.tags(one.protocol),
      network: Self.network(one.protocol, sequence), sourcePort: Self.firstPort + UInt16(sequence % Self.ports),
      payload: .ito(.probe, opaque: SequenceField.bytes(sequence)),
      length: one.size, seed: UInt64(sequence))
  }

  private static func network(_ protocol: LabProtocol, _ sequence: UInt32) -> NetworkHeader {
    let trafficClass = UInt8(truncatingIfNeeded: sequence)
    if `protocol`.isIPv6 {
      var header = IPv6Header(source: ipv6.tester, destination: ipv6.reflector)
      header.trafficClass = trafficClass
      return .ipv6(header)
    }
    var header = IPv4Header(source: ipv4.tester, destination: ipv4.reflector)
    header.trafficClass = trafficClass
    return .ipv4(header)
  }

  /// With a priority, which must come back too.
  private static func tags(_ protocol: LabProtocol) -> [VLANTag] {
    switch `protocol`.tags {
    case 0: []
    case 1: [VLANTag(vlan: 100, priority: 5)]
    default: [VLANTag(protocolID: EtherType.dot1AD, vlan: 200, priority: 3), VLANTag(vlan: 100, priority: 5)]
    }
  }
}
