/// How often a figure lay in each of some ranges.
package struct HistogramSeries: Sendable {
  package let name: String
  /// Ascending, without overlap; a range that is left out counts nothing.
  package let buckets: [(low: Double, high: Double, count: Double)]

  package init(name: String, buckets: [(low: Double, high: Double, count: Double)]) {
    self.name = name
    self.buckets = buckets
  }

  /// Buckets that can be drawn and hold something.
  var drawable: [(low: Double, high: Double, count: Double)] {
    buckets.filter { bucket in
      PlotScale.log10.distance(bucket.low) != nil && PlotScale.log10.distance(bucket.high) != nil
        && bucket.low < bucket.high && bucket.count > 0 && bucket.count < 1e18
    }
  }
}

/// Shares of what was counted, over a logarithmic x axis, as a picture in SVG.
///
/// Each series is set against its own sum, so that runs of different length compare. The shares are those of
/// the buckets: series compare where their buckets are of one width.
package struct HistogramPlot: Sendable {
  package let title: String
  package let xLabel: String
  package let yLabel: String
  package let series: [HistogramSeries]

  package init(title: String, xLabel: String, yLabel: String, series: [HistogramSeries]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// A whole SVG document that needs nothing else.
  package func svg() -> String {
    let shares = series.map(Self.shares)
    let all = shares.flatMap { $0 }
    let frame = PlotFrame(
      title: title, xLabel: xLabel, yLabel: yLabel,
      x: Axis(.log10, covering: all.flatMap { [$0.low, $0.high] }),
      y: Axis(.linear, covering: all.isEmpty ? [100] : all.map(\.percent), fromZero: true), yUnit: " %",
      names: series.map(\.name))
    guard !all.isEmpty else { return frame.svg(nil) }
    return frame.svg { svg, frame in
      for (index, series) in series.enumerated() {
        Self.draw(series.name, shares[index], SeriesStyle(index: index), &svg, frame)
      }
    }
  }

  typealias Share = (low: Double, high: Double, percent: Double)

  static func shares(of series: HistogramSeries) -> [Share] {
    let sum = series.drawable.reduce(0) { $0 + $1.count }
    return series.drawable.map { (low: $0.low, high: $0.high, percent: 100 * $0.count / sum) }
  }

  /// Steps, with a marker on the highest: the outline says which series it is where the colours don't.
  private static func draw(
    _ name: String, _ shares: [Share], _ style: SeriesStyle, _ svg: inout SVGWriter, _ frame: PlotFrame
  ) {
    guard let outline = outline(of: shares, frame), let peak = shares.max(by: { $0.percent < $1.percent }) else {
      return
    }
    svg.group { svg in
      svg.element("title", text: name)
      svg.element("path", ["class": "\(style.className) area", "d": outline + "Z"])
      svg.element("path", ["class": "\(style.className) line", "stroke-dasharray": style.dash, "d": outline])
      if let left = frame.across(peak.low), let right = frame.across(peak.high), let y = frame.down(peak.percent) {
        style.marker(&svg, at: (left + right) / 2, y)
      }
    }
  }

  /// Up, along and down; to the ground where a range between two buckets is missing.
  private static func outline(of shares: [Share], _ frame: PlotFrame) -> String? {
    guard let ground = frame.down(0), let first = shares.first, let start = frame.across(first.low) else { return nil }
    let floor = NumberText.coordinate(ground)
    var path = "M\(NumberText.coordinate(start)) \(floor)"
    var end = first.low
    for share in shares {
      guard let left = frame.across(share.low), let right = frame.across(share.high),
        let y = frame.down(share.percent)
      else { continue }
      if share.low > end * 1.000_001 { path += "V\(floor)H\(NumberText.coordinate(left))" }
      path += "V\(NumberText.coordinate(y))H\(NumberText.coordinate(right))"
      end = share.high
    }
    return path + "V\(floor)"
  }
}
