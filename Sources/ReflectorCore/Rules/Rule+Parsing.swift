/// The command line's `--rule name=…,port=…,offset=…,bytes=…`.
extension Rule {
  /// A rule from `key=value` pairs between commas, in any order.
  ///
  /// | key | value | |
  /// | --- | --- | --- |
  /// | `name` | 1 to 23 letters, digits, `_`, `.`, `-` | required |
  /// | `port` | UDP destination port 1 to 65535; `any` or 0 for any | required |
  /// | `offset` | of the signature in the UDP payload, 0 to 1024 | 0 |
  /// | `bytes` | the signature, 1 to 16 bytes, see below | required |
  ///
  /// `bytes` is hexadecimal in either case (`50524f42`, `0x50524f42` or `50:52:4f:42`), or
  /// `text:` and printable ASCII (`text:PROBEOT`, spaces count: `text:Y.1564 `). The text ends at the
  /// next comma; a signature with a comma in it is written in hexadecimal (`2c`).
  public init(parsing text: String) throws(RuleError) {
    let values = try Self.values(in: text)
    let signature = try Signature(
      offset: Self.offset(values[.offset] ?? "0"), bytes: Self.bytes(Self.required(.bytes, in: values)))
    try self.init(
      name: String(Self.required(.name, in: values)), port: Self.port(Self.required(.port, in: values)),
      signature: signature)
  }

  private enum Key: String, CaseIterable {
    case name, port, offset, bytes
  }

  /// The keys of a rule as text.
  package static var parts: [String] { Key.allCases.map(\.rawValue) }

  /// The pairs, each key once. A value may hold a further `=`, as a signature in ASCII can.
  private static func values(in text: String) throws(RuleError) -> [Key: Substring] {
    var values: [Key: Substring] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = part.firstIndex(of: "=") else { throw .notAPair(String(part)) }
      guard let key = Key(rawValue: String(part[..<equals])) else { throw .unknownKey(String(part[..<equals])) }
      guard values[key] == nil else { throw .doubleKey(key.rawValue) }
      values[key] = part[part.index(after: equals)...]
    }
    return values
  }

  private static func required(_ key: Key, in values: [Key: Substring]) throws(RuleError) -> Substring {
    guard let value = values[key] else { throw .missingKey(key.rawValue) }
    return value
  }

  private static func port(_ text: Substring) throws(RuleError) -> UInt16 {
    if text == "any" { return 0 }
    guard let port = decimal(text).flatMap(UInt16.init(exactly:)) else { throw .port(String(text)) }
    return port
  }

  private static func offset(_ text: Substring) throws(RuleError) -> Int {
    guard let offset = decimal(text) else { throw .offset(String(text)) }
    return offset
  }

  /// `Int(_:)` takes a sign too.
  private static func decimal(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  /// Plain text isn't guessed at: `bytes=FACE` would be two bytes to one reader and four to another.
  private static func bytes(_ text: Substring) throws(RuleError) -> [UInt8] {
    if text.hasPrefix("text:") {
      let ascii = Array(text.dropFirst("text:".count).utf8)
      guard ascii.allSatisfy({ (0x20...0x7e).contains($0) }) else { throw .bytes(String(text)) }
      return ascii
    }
    guard let bytes = hexadecimal(text) else { throw .bytes(String(text)) }
    return bytes
  }

  /// Nil for an odd number of digits: half a byte is more likely a slip than meant.
  private static func hexadecimal(_ text: Substring) -> [UInt8]? {
    if text.contains(":") { return [UInt8](hexadecimal: text, separator: ":") }
    let digits = Array((text.hasPrefix("0x") ? text.dropFirst(2) : text).utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(hexadecimal: Substring(decoding: digits[$0...($0 + 1)], as: UTF8.self))
    }
    return bytes.count == digits.count / 2 ? bytes : nil
  }
}
