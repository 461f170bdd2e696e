/// Bytes that a frame has at a fixed place of its UDP payload.
public struct Signature: Hashable, Sendable {
  /// Offsets that are allowed, in bytes from the start of the UDP payload (`REFLECTOR_MAX_OFFSET`).
  public static let offsets = 0...1024
  /// Lengths that are allowed, in bytes (`REFLECTOR_MAX_SIGNATURE`).
  public static let lengths = 1...16

  /// Where the first byte stands in the UDP payload.
  public let offset: UInt16
  public let bytes: [UInt8]

  /// Throws ``RuleError/offset(_:)`` or ``RuleError/signatureLength(_:)``.
  public init(offset: Int, bytes: [UInt8]) throws(RuleError) {
    guard Self.offsets.contains(offset) else { throw .offset(String(offset)) }
    guard Self.lengths.contains(bytes.count) else { throw .signatureLength(bytes.count) }
    self.offset = UInt16(offset)
    self.bytes = bytes
  }

  /// Of the built-in rules, whose constants a test has checked.
  init(trusted text: StaticString, offset: UInt16) {
    self.offset = offset
    self.bytes = text.withUTF8Buffer(Array.init)
  }

  /// The bytes as a number, the first one highest. Written out in 16 bytes in network byte order it is
  /// `bytes` of `struct reflector_signature`: right-aligned, zeros first.
  package var number: UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

  /// True if a payload can have both: where the two overlap, they ask for the same bytes.
  func canStand(with other: Signature) -> Bool {
    let start = max(offset, other.offset)
    let end = min(Int(offset) + bytes.count, Int(other.offset) + other.bytes.count)
    return (Int(start)..<max(end, Int(start))).allSatisfy {
      bytes[$0 - Int(offset)] == other.bytes[$0 - Int(other.offset)]
    }
  }
}
