import Glibc

/// Round numbers that enclose a range, both ends included.
enum Ticks {
  /// Steps of 1, 2 or 5 times a power of ten; at most nine ticks.
  static func linear(from low: Double, to high: Double) -> [Double] {
    let (low, high) = widened(low, high)
    let raw = (high - low) / 6
    let decade = pow(10, floor(log10(raw)))
    let step = [1.0, 2, 5, 10].map { $0 * decade }.first { $0 >= raw * 0.999_999 } ?? raw
    // A range that ends on a tick, but for the last bit, needs no further one.
    let from = floor(low / step + 1e-6)
    let to = ceil(high / step - 1e-6)
    return stride(from: from, through: to, by: 1).map { $0 * step }
  }

  /// A single value, or values that differ only in their last digits, get some room around them.
  private static func widened(_ low: Double, _ high: Double) -> (Double, Double) {
    let magnitude = max(low.magnitude, high.magnitude)
    guard high - low <= magnitude * 1e-6 else { return (low, high) }
    let room = magnitude > 1e-18 ? magnitude / 10 : 1
    return (low - room, high + room)
  }

  /// Powers of two; every second or fourth and so on where there would be more than twelve.
  static func powersOfTwo(from low: Double, to high: Double) -> [Double] {
    var (from, to) = (floor(log2(low) + 1e-9), ceil(log2(high) - 1e-9))
    if from >= to { (from, to) = (from - 1, from + 1) }
    var step = 1.0
    while (to - from) / step > 11 { step *= 2 }
    return stride(from: from, to: to + step, by: step).map { exp2($0) }
  }

  /// Powers of ten, with 2 and 5 times of them where there is room: up to three decades.
  static func decades(from low: Double, to high: Double) -> [Double] {
    let from = floor(log10(low) + 1e-9)
    let to = ceil(log10(high) - 1e-9)
    guard to - from <= 3 else {
      let step = ceil((to - from) / 10)
      return stride(from: from, to: to + step, by: step).map { pow(10, $0) }
    }
    let marks = stride(from: from - 1, through: to + 1, by: 1).flatMap { exponent in
      [1.0, 2, 5].map { $0 * pow(10, exponent) }
    }
    let start = marks.lastIndex { $0 <= low * 1.000_001 } ?? 0
    let end = marks.firstIndex { $0 >= high * 0.999_999 } ?? marks.count - 1
    return start < end ? Array(marks[start...end]) : Array(marks[max(0, start - 1)...min(end + 1, marks.count - 1)])
  }
}
