/// Rates as people write them: `1500`, `10k`, `2.5M`, `1G`, with powers of a thousand.
public enum Rate {
  private static let suffixes: [(letter: Character, factor: UInt64)] = [
    ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1000),
  ]

  /// Nil for anything else, for parts of one, and for what doesn't fit 64 bits. `K` is `k`.
  public static func parse(_ text: String) -> UInt64? {
    guard let last = text.last else { return nil }
    let suffix = suffixes.first { $0.letter == last || $0.letter == "k" && last == "K" }
    let number = suffix == nil ? text[...] : text.dropLast()
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }),
      let whole = UInt64(parts[0])
    else { return nil }
    let factor = suffix?.factor ?? 1
    let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return product }
    // Digits after the point that the factor can't make whole are a slip.
    guard parts[1].utf8.count <= 9, let digits = UInt64(parts[1]) else { return nil }
    let divisor = parts[1].utf8.reduce(UInt64(1)) { product, _ in product * 10 }
    guard (digits * factor).isMultiple(of: divisor) else { return nil }
    let (sum, tooMuch) = product.addingReportingOverflow(digits * factor / divisor)
    return tooMuch ? nil : sum
  }

  /// With the largest suffix that keeps every digit: `14881k`, `2500k`, `1G`.
  public static func text(_ rate: UInt64) -> String {
    let suffix = suffixes.first { rate > 0 && rate.isMultiple(of: $0.factor) }
    return suffix.map { "\(rate / $0.factor)\($0.letter)" } ?? "\(rate)"
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
