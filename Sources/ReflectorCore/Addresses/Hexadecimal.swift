/// Two hexadecimal digits a byte, without Foundation.
extension UInt8 {
  /// `0a`: always two digits, lower case, as addresses and signatures are written.
  package var hexadecimal: String {
    (self < 16 ? "0" : "") + String(self, radix: 16)
  }

  /// A byte from exactly two hexadecimal digits. `UInt8("+f", radix: 16)` would take a sign too, and
  /// one digit; an address with either is a typing error.
  package init?(hexadecimal digits: Substring) {
    guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit) else { return nil }
    self.init(digits, radix: 16)
  }
}

extension [UInt8] {
  /// Bytes from pairs of digits between single separators: `00:c0:17`. Nil for anything else, the
  /// empty text too.
  init?(hexadecimal text: some StringProtocol, separator: Character) {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8(hexadecimal: Substring($0)) }
    guard bytes.count == parts.count else { return nil }
    self = bytes
  }
}
