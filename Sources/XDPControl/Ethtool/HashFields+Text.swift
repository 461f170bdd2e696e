extension HashFields {
  /// In the order of `ethtool`'s manual page.
  private static let letters: [(Character, HashFields)] = [
    ("m", .l2Destination), ("v", .vlan), ("t", .l3Protocol), ("s", .sourceAddress), ("d", .destinationAddress),
    ("f", .sourcePort), ("n", .destinationPort),
  ]

  /// As `ethtool -N` takes them: `sdfn`. Fields without a letter make it a number, none at all a dash.
  package var text: String {
    let known = Self.letters.filter { contains($0.1) }
    let all = known.reduce(into: HashFields()) { $0.formUnion($1.1) }
    if all != self { return "0x" + String(rawValue, radix: 16) }
    return known.isEmpty ? "-" : String(known.map(\.0))
  }

  package init?(text: String) {
    if text.hasPrefix("0x") {
      guard let bits = UInt64(text.dropFirst(2), radix: 16) else { return nil }
      self.init(rawValue: bits)
      return
    }
    var fields: HashFields = []
    for letter in text where text != "-" {
      guard let field = Self.letters.first(where: { $0.0 == letter }) else { return nil }
      fields.formUnion(field.1)
    }
    self = fields
  }
}
