/// A 48-bit Ethernet address (EUI-48).
public struct MACAddress: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The address as one number, first byte on the wire highest; the upper 16 bits are 0. One number
  /// makes comparing and hashing one instruction, which six bytes wouldn't.
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue & 0xffff_ffff_ffff
  }

  /// The bytes in the order in which they go over the wire.
  public init(_ b0: UInt8, _ b1: UInt8, _ b2: UInt8, _ b3: UInt8, _ b4: UInt8, _ b5: UInt8) {
    let high = UInt64(b0) << 40 | UInt64(b1) << 32 | UInt64(b2) << 24
    self.init(rawValue: high | UInt64(b3) << 16 | UInt64(b4) << 8 | UInt64(b5))
  }

  /// The bytes as C structures hand them over, in wire order.
  public init(_ bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)) {
    self.init(bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5)
  }

  /// Nil unless there are exactly 6 bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 6 else { return nil }
    self.init(rawValue: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Six pairs of hexadecimal digits in either case, between `:` or between `-`.
  public init?(_ text: String) {
    guard let bytes = [UInt8](hexadecimal: text, separator: ":") ?? [UInt8](hexadecimal: text, separator: "-")
    else { return nil }
    self.init(bytes: bytes)
  }

  /// The 6 bytes in wire order.
  public var bytes: [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: rawValue >> (40 - 8 * $0)) }
  }

  /// The 6 bytes in wire order, in the form of a C array of 6.
  public var tuple: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
    let bytes = bytes
    return (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5])
  }

  /// The first three bytes: whose address it is.
  public var oui: OUI { OUI(rawValue: UInt32(truncatingIfNeeded: rawValue >> 24)) }

  /// The group bit: multicast, and broadcast with it.
  public var isMulticast: Bool { rawValue & 0x0100_0000_0000 != 0 }

  public static func < (left: MACAddress, right: MACAddress) -> Bool { left.rawValue < right.rawValue }

  /// `00:c0:17:0a:0b:0c`
  public var description: String { bytes.map(\.hexadecimal).joined(separator: ":") }
}
