/// Median and quartiles of figures that were taken one after the other.
package struct Quartiles: Sendable, CustomStringConvertible {
  package let lower: Double
  package let median: Double
  package let upper: Double

  /// Between two figures in proportion. Of none: NaN.
  package init(_ figures: [Double]) {
    let sorted = figures.sorted()
    func quantile(_ share: Double) -> Double {
      guard let last = sorted.last else { return .nan }
      let place = share * Double(sorted.count - 1)
      let below = sorted[Int(place)]
      let above = Int(place) + 1 < sorted.count ? sorted[Int(place) + 1] : last
      return below + (above - below) * (place - place.rounded(.down))
    }
    lower = quantile(0.25)
    median = quantile(0.5)
    upper = quantile(0.75)
  }

  package var description: String { "\(Self.text(median)) [\(Self.text(lower))–\(Self.text(upper))]" }

  /// Three decimals, without Foundation.
  private static func text(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let thousandths = Int((value.magnitude * 1000).rounded())
    let decimals = String(String(1000 + thousandths % 1000).dropFirst())
    return (value < 0 ? "-" : "") + "\(thousandths / 1000).\(decimals)"
  }
}
