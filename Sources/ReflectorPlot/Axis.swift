/// One axis: its ticks, and where a value lies between the first and the last of them.
///
/// Invariants: at least two ticks, ascending; each value that it was made to cover and that has a place on
/// the scale lies between the first and the last.
struct Axis {
  let scale: PlotScale
  let ticks: [Double]
  private let first: Double
  private let last: Double

  /// - Parameter fromZero: a linear axis begins at 0, so that twice the height is twice the figure.
  init(_ scale: PlotScale, covering values: [Double], fromZero: Bool = false) {
    let drawable = values.filter { scale.distance($0) != nil }
    let low = drawable.min() ?? 1
    let high = drawable.max() ?? 1
    self.scale = scale
    ticks =
      switch scale {
      case .linear: Ticks.linear(from: fromZero ? min(0, low) : low, to: fromZero ? max(0, high) : high)
      case .log2: Ticks.powersOfTwo(from: low, to: high)
      case .log10: Ticks.decades(from: low, to: high)
      }
    first = scale.mapped(ticks[0])
    last = scale.mapped(ticks[ticks.count - 1])
  }

  /// 0 at the first tick, 1 at the last; nil for what can't be drawn here.
  func position(of value: Double) -> Double? {
    guard let distance = scale.distance(value) else { return nil }
    return (distance - first) / (last - first)
  }
}
