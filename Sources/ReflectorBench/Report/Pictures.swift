import ReflectorPlot

/// A plot of the report's.
struct Picture: Sendable {
  let file: String
  let title: String
  /// A whole document.
  let svg: String
}

extension Report {
  /// Of what was measured; those of two lengths or windows at least.
  func pictures() -> [Picture] {
    [
      line(.windows, file: "windows.svg", label: "Frames under way at most") { $0.window },
      line(.sizes, file: "sizes.svg", label: "Frame length with FCS, bytes") { $0.size },
      latency,
    ].compactMap { $0 }
  }

  /// At a moderate rate, or of the frames that were sent one at a time.
  private var latency: Picture? {
    histogram(live.filter { $0.suite == .latency && $0.rate != nil }, "Round trips at \(Suite.moderateRate) frames/s")
      ?? histogram(live.filter { $0.suite == .windows && $0.window == 1 }, "Round trips, one frame at a time")
  }

  /// Frames a second by what the suite varies; nil when that wasn't measured with two values at least.
  private func line(_ suite: Suite, file: String, label: String, _ x: (LiveRow) -> Int?) -> Picture? {
    let rows = live.filter { $0.suite == suite }
    guard Set(rows.compactMap(x)).count > 1 else { return nil }
    let series = subjects(of: rows).map { name in
      let points = rows.filter { $0.subject.name == name }.compactMap { row -> PlotPoint? in
        guard let x = x(row) else { return nil }
        let rate = row.framesPerSecond
        return PlotPoint(
          x: Double(x), y: rate.median / 1e6, low: rate.quartiles[0] / 1e6, high: rate.quartiles[1] / 1e6)
      }
      return PlotSeries(name: name, points: points.sorted { $0.x < $1.x })
    }
    let title = "Frames reflected, by \(suite.column)"
    let plot = LinePlot(
      title: title, xLabel: label, yLabel: "Million frames/s", xScale: .log2, yScale: .log10, series: series)
    return Picture(file: file, title: title, svg: plot.svg())
  }

  private func histogram(_ rows: [LiveRow], _ title: String) -> Picture? {
    let series = rows.compactMap { row in
      row.roundTrip?.histogram.map { histogram in
        HistogramSeries(
          name: row.subject.name,
          buckets: histogram.map { (Double($0.fromNs) / 1000, Double($0.toNs) / 1000, Double($0.frames)) })
      }
    }
    if series.isEmpty { return nil }
    let plot = HistogramPlot(title: title, xLabel: "Microseconds", yLabel: "Share of the frames", series: series)
    return Picture(file: "latency.svg", title: title, svg: plot.svg())
  }

  private func subjects(of rows: [LiveRow]) -> [String] {
    rows.map(\.subject.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
