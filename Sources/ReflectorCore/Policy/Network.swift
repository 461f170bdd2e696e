/// The addresses that begin with the same bits: `192.0.2.0/24`, `2001:db8::/32`, one address as `192.0.2.1/32`.
public struct Network: Hashable, Sendable {
  public enum Family: Sendable {
    case ipv4
    case ipv6

    /// Bits of an address.
    public var width: Int { self == .ipv4 ? 32 : 128 }
  }

  public let family: Family
  /// The first address as a number, in host byte order; of IPv4 in the lower 32 bits. No bit is set after the prefix.
  public let bits: UInt128
  /// 0…32 or 0…128.
  public let prefixLength: Int

  /// The network that an address is in; its bits after the prefix are cut off.
  ///
  /// - Parameter prefixLength: at most the width of the address' family.
  public init(containing address: IPAddress, prefixLength: Int) {
    let bits: UInt128
    switch address {
    case .v4(let address): (family, bits) = (.ipv4, UInt128(address.rawValue))
    case .v6(let address): (family, bits) = (.ipv6, address.rawValue)
    }
    precondition((0...family.width).contains(prefixLength), "a prefix of \(prefixLength) bits")
    self.bits = bits & Self.mask(family, prefixLength)
    self.prefixLength = prefixLength
  }

  /// One address.
  public init(_ address: IPAddress) {
    switch address {
    case .v4: self.init(containing: address, prefixLength: 32)
    case .v6: self.init(containing: address, prefixLength: 128)
    }
  }

  /// `any`: every address of both families.
  public static let any = [
    Network(containing: .v4(IPv4Address(rawValue: 0)), prefixLength: 0),
    Network(containing: .v6(IPv6Address(rawValue: 0)), prefixLength: 0),
  ]

  public func contains(_ address: IPAddress) -> Bool {
    switch (address, family) {
    case (.v4(let address), .ipv4): UInt128(address.rawValue) & Self.mask(family, prefixLength) == bits
    case (.v6(let address), .ipv6): address.rawValue & Self.mask(family, prefixLength) == bits
    default: false
    }
  }

  private static func mask(_ family: Family, _ length: Int) -> UInt128 {
    let ones: UInt128 = family == .ipv4 ? 0xffff_ffff : .max
    return length == 0 ? 0 : ones << UInt128(family.width - length) & ones
  }

  /// The first address.
  public var address: IPAddress {
    switch family {
    case .ipv4: .v4(IPv4Address(rawValue: UInt32(bits)))
    case .ipv6: .v6(IPv6Address(rawValue: bits))
    }
  }
}

extension Network: Comparable {
  /// IPv4 first, then by address, the larger network first.
  public static func < (left: Network, right: Network) -> Bool {
    (left.family.width, left.bits, left.prefixLength) < (right.family.width, right.bits, right.prefixLength)
  }
}

extension Network: CustomStringConvertible {
  /// `192.0.2.0/24`
  public var description: String { "\(address)/\(prefixLength)" }
}
