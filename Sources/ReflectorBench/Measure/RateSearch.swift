/// Looks for the highest rate at which nothing is lost, by halving: what comes back whole may be too little, what
/// doesn't is too much.
struct RateSearch: Sendable {
  /// The two are this close at the end, of the upper one.
  static let precision = 0.02

  /// Frames a second below which it isn't worth a try.
  static let least = 1000.0

  /// The highest that was lossless; 0 before there is any.
  private(set) var lossless = 0.0
  /// The lowest that wasn't, or a rate that nobody reaches.
  private(set) var lossy: Double
  /// Whether some were lost at any rate: otherwise the generator was the limit, or the rate that was tried first.
  private(set) var hasLost = false
  private var isFirst = true

  /// - Parameter limit: frames a second; tried first.
  init(limit: Double) {
    lossy = limit
  }

  /// The rate to try; nil when it is found.
  var next: Double? {
    if isFirst { return lossy }
    return lossy - lossless > lossy * Self.precision && lossy >= Self.least ? (lossy + lossless) / 2 : nil
  }

  /// What came of the rate that was to be tried.
  ///
  /// - Parameter actual: as the generator got it: one that falls short of what was asked for can't do more.
  mutating func record(_ rate: Double, actual: Double, isLossless: Bool) {
    isFirst = false
    hasLost = hasLost || !isLossless
    if isLossless { lossless = max(lossless, actual) }
    // Half of it: then each try brings the two closer, whatever the generator can do.
    if !isLossless || actual < rate * (1 - Self.precision / 2) { lossy = rate }
  }
}
