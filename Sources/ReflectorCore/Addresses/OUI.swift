/// The first 24 bits of an Ethernet address, given to its maker (IEEE: MA-L).
public struct OUI: Hashable, Sendable, LosslessStringConvertible {
  /// As one number, for the same reason as ``MACAddress/rawValue``: first byte on the wire highest; the upper 8 bits are 0.
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue & 0xff_ffff
  }

  /// The bytes in wire order.
  public init(_ b0: UInt8, _ b1: UInt8, _ b2: UInt8) {
    self.init(rawValue: UInt32(b0) << 16 | UInt32(b1) << 8 | UInt32(b2))
  }

  /// Three pairs of hexadecimal digits in either case, between `:` or between `-`.
  public init?(_ text: String) {
    guard let bytes = [UInt8](hexadecimal: text, separator: ":") ?? [UInt8](hexadecimal: text, separator: "-"),
      bytes.count == 3
    else { return nil }
    self.init(bytes[0], bytes[1], bytes[2])
  }

  /// The testers' maker (NetAlly, before that NETSCOUT and Fluke Networks): `00:c0:17`.
  public static let netAlly = OUI(0x00, 0xc0, 0x17)

  /// The 3 bytes in wire order, in the form of a C array of 3.
  public var tuple: (UInt8, UInt8, UInt8) {
    (
      UInt8(truncatingIfNeeded: rawValue >> 16), UInt8(truncatingIfNeeded: rawValue >> 8),
      UInt8(truncatingIfNeeded: rawValue)
    )
  }

  /// `00:c0:17`
  public var description: String {
    let bytes = tuple
    return "\(bytes.0.hexadecimal):\(bytes.1.hexadecimal):\(bytes.2.hexadecimal)"
  }
}
