import Glibc

/// Numbers as text, without Foundation and without a locale.
enum NumberText {
  /// A coordinate in the picture: tenths of a pixel are enough, and keep the file short.
  static func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }

  /// A tick's value: `0.05`, `1,024`, `2.5 M`, `1e-7`.
  static func tick(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case 1e9...: grouped(value / 1e9) + " G"
    case 1e6...: grouped(value / 1e6) + " M"
    case 1e-4...: grouped(value)
    default: scientific(value)
    }
  }

  /// Five decimals at most, none of them a trailing zero, and a comma every three digits.
  private static func grouped(_ value: Double) -> String {
    let scaled = UInt64((value.magnitude * 1e5).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: 100_000)
    var decimals = String(String(100_000 + rest).dropFirst())
    while decimals.hasSuffix("0") { decimals.removeLast() }
    return (value < 0 ? "-" : "") + separated(String(whole)) + (decimals.isEmpty ? "" : "." + decimals)
  }

  private static func separated(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  private static func scientific(_ value: Double) -> String {
    let exponent = floor(log10(value.magnitude) + 1e-9)
    return grouped(value / pow(10, exponent)) + "e\(Int(exponent))"
  }
}
