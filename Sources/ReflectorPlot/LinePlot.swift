/// One figure, with the quartiles around it if there are any.
package struct PlotPoint: Sendable {
  package let x: Double
  package let y: Double
  package let low: Double?
  package let high: Double?

  package init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
    self.x = x
    self.y = y
    self.low = low
    self.high = high
  }
}

/// Figures of one kind, in the order in which they are to be joined.
package struct PlotSeries: Sendable {
  package let name: String
  package let points: [PlotPoint]

  package init(name: String, points: [PlotPoint]) {
    self.name = name
    self.points = points
  }
}

/// Medians joined by lines, with whiskers to the quartiles, as a picture in SVG.
///
/// A linear y axis begins at 0. A point that has no place on its axes (NaN, nothing positive on a logarithmic
/// one) is left out and the line is interrupted there; a whisker's end without a place ends at the median.
package struct LinePlot: Sendable {
  package let title: String
  package let xLabel: String
  package let yLabel: String
  package let xScale: PlotScale
  package let yScale: PlotScale
  package let series: [PlotSeries]

  package init(
    title: String, xLabel: String, yLabel: String, xScale: PlotScale, yScale: PlotScale, series: [PlotSeries]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
  }

  /// A whole SVG document that needs nothing else.
  package func svg() -> String {
    let points = series.flatMap(\.points).filter { xScale.distance($0.x) != nil && yScale.distance($0.y) != nil }
    let heights = points.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }
    let frame = PlotFrame(
      title: title, xLabel: xLabel, yLabel: yLabel, x: Axis(xScale, covering: points.map(\.x)),
      y: Axis(yScale, covering: heights, fromZero: true), names: series.map(\.name))
    guard !points.isEmpty else { return frame.svg(nil) }
    return frame.svg { svg, frame in
      for (index, series) in series.enumerated() {
        Self.draw(series, SeriesStyle(index: index), &svg, frame)
      }
    }
  }

  private static func draw(_ series: PlotSeries, _ style: SeriesStyle, _ svg: inout SVGWriter, _ frame: PlotFrame) {
    svg.group { svg in
      svg.element("title", text: series.name)
      let path = line(through: series.points, frame)
      if !path.isEmpty {
        svg.element("path", ["class": "\(style.className) line", "stroke-dasharray": style.dash, "d": path])
      }
      for point in series.points {
        guard let x = frame.across(point.x), let y = frame.down(point.y) else { continue }
        whisker(of: point, style, &svg, frame, x: x, y: y)
        style.marker(&svg, at: x, y)
      }
    }
  }

  private static func line(through points: [PlotPoint], _ frame: PlotFrame) -> String {
    var path = ""
    var command = "M"
    for point in points {
      guard let x = frame.across(point.x), let y = frame.down(point.y) else {
        command = "M"
        continue
      }
      path += "\(command)\(NumberText.coordinate(x)) \(NumberText.coordinate(y))"
      command = "L"
    }
    return path
  }

  private static func whisker(
    of point: PlotPoint, _ style: SeriesStyle, _ svg: inout SVGWriter, _ frame: PlotFrame, x: Double, y: Double
  ) {
    guard point.low != nil || point.high != nil else { return }
    let bottom = NumberText.coordinate(point.low.flatMap { frame.down($0) } ?? y)
    let top = NumberText.coordinate(point.high.flatMap { frame.down($0) } ?? y)
    let left = NumberText.coordinate(x - 5)
    let middle = NumberText.coordinate(x)
    svg.element(
      "path",
      [
        "class": "\(style.className) whisker",
        "d": "M\(left) \(bottom)h10M\(middle) \(bottom)V\(top)M\(left) \(top)h10",
      ])
  }
}
