/// How a figure spreads over the rounds: the middle, and how far to trust it.
///
/// Quartiles rather than a standard deviation: on a shared machine some rounds are disturbed, and one of
/// those must not move what is said about the others.
struct Spread: Encodable, Sendable {
  let median: Double
  /// A quarter of the rounds are below, a quarter above.
  let quartiles: [Double]
  let least: Double
  let most: Double
  let rounds: Int

  /// Nil of no figures: what wasn't measured has no middle.
  init?(_ figures: [Double]) {
    let sorted = figures.sorted()
    guard let least = sorted.first, let most = sorted.last else { return nil }
    self.least = least
    self.most = most
    rounds = sorted.count
    median = Self.quantile(0.5, of: sorted)
    quartiles = [Self.quantile(0.25, of: sorted), Self.quantile(0.75, of: sorted)]
  }

  /// Between the two nearest figures, in proportion (Hyndman and Fan's type 7).
  private static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
    let place = fraction * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
