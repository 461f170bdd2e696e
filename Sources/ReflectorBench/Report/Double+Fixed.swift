extension Double {
  /// The same on every machine: a point, no grouping, no locale of the user's. `-` of what is no number.
  func fixed(_ digits: Int) -> String {
    guard isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let units = UInt64((magnitude * scale).rounded())
    let whole = String(units / UInt64(scale))
    let sign = self < 0 && units > 0 ? "-" : ""
    guard digits > 0 else { return sign + whole }
    let rest = String(units % UInt64(scale))
    return sign + whole + "." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// In thousands, for people: `1,170`.
  var grouped: String {
    let digits = fixed(0)
    let sign = digits.hasPrefix("-") ? "-" : ""
    let figures = Array(digits.dropFirst(sign.count))
    return sign
      + String(
        figures.enumerated().flatMap { place, digit in
          place > 0 && (figures.count - place).isMultiple(of: 3) ? [",", digit] : [digit]
        })
  }
}
