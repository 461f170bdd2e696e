import Glibc

/// How an axis maps its values.
package enum PlotScale: Sendable {
  case linear
  case log2
  case log10

  /// The value as a distance along the axis; nil if it has no place there: NaN, an infinity, a magnitude
  /// that no measurement of ours has (past 10^18), and on a logarithmic axis what isn't positive.
  func distance(_ value: Double) -> Double? {
    guard value.magnitude < 1e18, self == .linear || value > 1e-18 else { return nil }
    return mapped(value)
  }

  /// As ``distance(_:)``, of a tick: those at the ends may lie beyond what is drawn.
  func mapped(_ tick: Double) -> Double {
    switch self {
    case .linear: tick
    case .log2: Glibc.log2(tick)
    case .log10: Glibc.log10(tick)
    }
  }
}
