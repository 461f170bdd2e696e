/// An IPv4 address.
///
/// A number rather than the C structure, so that it compares, sorts and masks without byte swaps, and
/// so that this module needs no C.
public struct IPv4Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// Host byte order: `127.0.0.1` is 0x7f000001.
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The bytes in wire order, as they are written: `IPv4Address(192, 0, 2, 1)`.
  public init(_ b0: UInt8, _ b1: UInt8, _ b2: UInt8, _ b3: UInt8) {
    self.init(rawValue: UInt32(b0) << 24 | UInt32(b1) << 16 | UInt32(b2) << 8 | UInt32(b3))
  }

  /// Four decimal numbers of 0…255 between dots. A leading zero is refused: some programs read
  /// `010` as 8, others as 10.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part.count == 1 || part.first != "0",
        let byte = UInt8(part)
      else { return nil }
      value = value << 8 | UInt32(byte)
    }
    self.init(rawValue: value)
  }

  /// The 4 bytes in wire order.
  public var bytes: [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * $0)) }
  }

  public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.rawValue < right.rawValue }

  /// `192.0.2.1`
  public var description: String { bytes.map(String.init).joined(separator: ".") }
}
