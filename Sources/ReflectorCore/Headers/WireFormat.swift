/// Numbers of the wire, by their kernel names. Computed, not stored: a stored static would be a global
/// with a lazy initializer, and a call in every frame's way.
@usableFromInline
package enum EtherType {
  /// ETH_P_IP
  @inlinable package static var ipv4: UInt16 { 0x0800 }
  /// ETH_P_IPV6
  @inlinable package static var ipv6: UInt16 { 0x86dd }
  /// ETH_P_8021Q: a customer's tag, or the only one.
  @inlinable package static var dot1Q: UInt16 { 0x8100 }
  /// ETH_P_8021AD: a provider's tag, the outer of two.
  @inlinable package static var dot1AD: UInt16 { 0x88a8 }

  @inlinable package static func isTag(_ type: UInt16) -> Bool { type == dot1Q || type == dot1AD }
}

@usableFromInline
package enum IPProtocol {
  /// IPPROTO_UDP
  @inlinable package static var udp: UInt8 { 17 }
  /// IPPROTO_FRAGMENT: the header that says that an IPv6 packet is a fragment.
  @inlinable package static var ipv6Fragment: UInt8 { 44 }
}

/// Lengths in bytes.
@usableFromInline
package enum HeaderLength {
  @inlinable package static var ethernet: Int { 14 }
  @inlinable package static var tag: Int { 4 }
  /// Without options.
  @inlinable package static var ipv4: Int { 20 }
  @inlinable package static var ipv6: Int { 40 }
  @inlinable package static var udp: Int { 8 }
}

/// Fields in network byte order. Each traps outside of the span: what is read was compared with
/// `byteCount` before, and if that comparison is wrong, a trap is better than another frame's bytes.
extension RawSpan {
  @inlinable package func uint8(at offset: Int) -> UInt8 {
    unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inlinable package func uint16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inlinable package func uint32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable package func uint128(at offset: Int) -> UInt128 {
    UInt128(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt128.self))
  }

  /// Six bytes, as ``MACAddress/rawValue`` has them.
  @inlinable package func uint48(at offset: Int) -> UInt64 {
    UInt64(uint32(at: offset)) << 16 | UInt64(uint16(at: offset &+ 4))
  }
}
