/// Where a signature may stand and how long it is: `struct reflector_shape`.
///
/// Frames are matched by shapes, not by rules: one look-up of the bytes found there answers for all
/// rules of that shape.
public struct Shape: Hashable, Sendable {
  /// Of the signature's first byte in the UDP payload.
  public let offset: UInt16
  /// Of the signature, 1…16 bytes.
  public let length: UInt16
  /// To look up with: the port itself, or 0 for a rule that takes any port.
  public let port: UInt16

  init(of rule: Rule) {
    offset = rule.signature.offset
    length = UInt16(rule.signature.bytes.count)
    port = rule.port
  }

  /// Bytes of UDP payload that a frame has at least.
  package var end: Int { Int(offset) + Int(length) }
}

/// Key of the signatures: `struct reflector_signature`.
public struct SignatureKey: Hashable, Sendable {
  public let shape: Shape
  /// The bytes as a number, the first one highest; in 16 bytes of network byte order they are the
  /// map's `bytes`, right-aligned.
  public let number: UInt128

  init(shape: Shape, number: UInt128) {
    self.shape = shape
    self.number = number
  }

  init(of rule: Rule) {
    self.init(shape: Shape(of: rule), number: rule.signature.number)
  }
}
