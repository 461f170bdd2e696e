/// One kind of frame that is reflected.
///
/// Nothing but the port and the signature: who may send it, and how fast, is policy and stands elsewhere.
public struct Rule: Hashable, Sendable {
  /// Lengths that are allowed for a name (`REFLECTOR_RULE_NAME_SIZE`, less the NUL).
  public static let nameLengths = 1...23

  /// What the rule's counters are called. Letters, digits, `_`, `.` and `-`.
  public let name: String
  /// UDP destination port; 0 for any.
  public let port: UInt16
  public let signature: Signature

  /// Throws ``RuleError/name(_:)``.
  public init(name: String, port: UInt16, signature: Signature) throws(RuleError) {
    guard Self.nameLengths.contains(name.utf8.count), name.utf8.allSatisfy(Self.isAllowedInName)
    else { throw .name(name) }
    self.init(trusted: name, port: port, signature: signature)
  }

  /// Of the built-in rules, whose constants a test has checked.
  init(trusted name: String, port: UInt16, signature: Signature) {
    self.name = name
    self.port = port
    self.signature = signature
  }

  /// Names become JSON keys, metric labels and file names: no quoting anywhere.
  private static func isAllowedInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
  }
}

extension Rule: CustomStringConvertible {
  /// In the form that ``init(parsing:)`` reads: `name=probe,port=3842,offset=5,bytes=50524f42`.
  public var description: String {
    let port = port == 0 ? "any" : String(port)
    let bytes = signature.bytes.map(\.hexadecimal).joined()
    return "name=\(name),port=\(port),offset=\(signature.offset),bytes=\(bytes)"
  }
}
