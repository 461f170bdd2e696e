/// Why a rule, or a list of rules, can't be had. The description says in one line what is wrong and
/// what is allowed.
public enum RuleError: Error, Hashable, Sendable {
  /// A name that is empty, too long, or has other characters.
  case name(String)
  /// A port that isn't a number of 0…65535 or `any`.
  case port(String)
  /// An offset that isn't a number of 0…1024.
  case offset(String)
  /// Bytes that are neither hexadecimal nor `text:`.
  case bytes(String)
  /// A signature of so many bytes.
  case signatureLength(Int)

  /// A part of the text that has no `=`.
  case notAPair(String)
  /// A key other than `name`, `port`, `offset`, `bytes`.
  case unknownKey(String)
  /// A key that stands twice: which of the two was meant?
  case doubleKey(String)
  /// A key that is required and isn't there.
  case missingKey(String)

  /// So many rules, which is more than `REFLECTOR_MAX_RULES`.
  case tooManyRules(Int)
  /// Two rules of this name.
  case sameName(String)
  /// The second rule has the port and the signature of the first.
  case sameSignature(first: String, second: String)
  /// With this rule, its port (0: the rules for any port) has more than four shapes.
  case tooManyShapes(rule: String, port: UInt16)
  /// A frame can match both; the first is meant to win, but the second is looked up before it,
  /// together with a still earlier rule of the same offset and length.
  case outOfOrder(first: String, second: String)
}

extension RuleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .name(let name):
      "rule name \"\(name)\": allowed are 1 to 23 letters, digits, '_', '.' and '-'"
    case .port(let port):
      "rule port \"\(port)\": allowed are 1 to 65535, and 'any' or 0 for any port"
    case .offset(let offset):
      "rule offset \"\(offset)\": allowed are 0 to 1024, in bytes from the start of the UDP payload"
    case .bytes(let bytes):
      "rule bytes \"\(bytes)\": allowed are pairs of hexadecimal digits (50524f42, 50:52:4f:42) "
        + "and text:ASCII without commas (text:PROBEOT)"
    case .signatureLength(let length):
      "rule signature of \(length) bytes: allowed are 1 to 16"
    case .notAPair(let part):
      "rule part \"\(part)\" has no value: allowed are name=, port=, offset= and bytes=, with commas between"
    case .unknownKey(let key):
      "rule key \"\(key)\": allowed are name, port, offset and bytes"
    case .doubleKey(let key):
      "rule key \"\(key)\" stands twice: each of name, port, offset and bytes is allowed once"
    case .missingKey(let key):
      "rule without \(key)=: name, port and bytes are required, offset is 0 if not given"
    case .tooManyRules, .sameName, .sameSignature, .tooManyShapes, .outOfOrder: tableDescription
    }
  }

  /// Of the errors of whole lists. In a property of its own to keep either switch readable.
  private var tableDescription: String {
    switch self {
    case .tooManyRules(let count):
      "\(count) rules: at most 64 are allowed"
    case .sameName(let name):
      "two rules are called \"\(name)\": each needs a name of its own"
    case .sameSignature(let first, let second):
      "rule \"\(second)\" has the port, offset and bytes of rule \"\(first)\": each needs its own"
    case .tooManyShapes(let rule, let port):
      "rule \"\(rule)\": at most 4 different pairs of offset and length are allowed "
        + (port == 0 ? "among the rules for any port" : "for port \(port), rules for any port included")
    case .outOfOrder(let first, let second):
      "rule \"\(second)\" would win over \"\(first)\" before it where a frame matches both: "
        + "put \"\(second)\" first, or rules of one offset and length side by side"
    default: ""
    }
  }
}
