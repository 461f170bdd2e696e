import CReflectorABI
public import ReflectorCore

/// Who talks to whom: what frames of one stream have in common.
public struct Conversation: Hashable, Sendable {
  public var source: IPAddress
  public var sourcePort: UInt16
  public var destination: IPAddress
  public var destinationPort: UInt16
  /// Identifiers of the tags, the outer one first.
  public var vlans: [UInt16]
}

extension Conversation {
  init(_ key: reflector_flow_key) {
    self.init(
      source: withUnsafeBytes(of: key.source) { Self.address($0) },
      sourcePort: UInt16(bigEndian: key.source_port),
      destination: withUnsafeBytes(of: key.destination) { Self.address($0) },
      destinationPort: UInt16(bigEndian: key.destination_port),
      vlans: [key.vlans.0, key.vlans.1].filter { $0 != 0 })
  }

  /// IPv4 stands as ::ffff:a.b.c.d.
  private static func address(_ bytes: UnsafeRawBufferPointer) -> IPAddress {
    let number = UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
    return number >> 32 == 0xffff
      ? .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number))) : .v6(IPv6Address(rawValue: number))
  }

  static func text(_ address: IPAddress, _ port: UInt16) -> String {
    switch address {
    case .v4: "\(address):\(port)"
    case .v6: "[\(address)]:\(port)"
    }
  }
}

extension Conversation: CustomStringConvertible {
  /// `192.0.2.1:5000 > 192.0.2.2:3842 vlan 100`
  public var description: String {
    let tags = vlans.isEmpty ? "" : " vlan " + vlans.map(String.init).joined(separator: ".")
    return Self.text(source, sourcePort) + " > " + Self.text(destination, destinationPort) + tags
  }
}
