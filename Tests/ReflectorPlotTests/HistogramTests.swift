import Testing

@testable import ReflectorPlot

@Suite("Histograms")
struct HistogramTests {
  @Test("counts are shares of their own series")
  func shares() {
    let series = HistogramSeries(name: "s", buckets: [(1, 2, 30), (2, 4, 60), (8, 16, 10), (16, 32, 0)])
    let shares = HistogramPlot.shares(of: series)
    #expect(shares.map(\.percent) == [30, 60, 10])
  }

  @Test("a range that is missing goes down to the ground")
  func gap() throws {
    func steps(_ buckets: [(low: Double, high: Double, count: Double)]) throws -> Int {
      let plot = HistogramPlot(
        title: "t", xLabel: "µs", yLabel: "share", series: [HistogramSeries(name: "s", buckets: buckets)])
      let picture = try Picture(plot.svg())
      return try #require(picture.withClass("line").first?["d"]).filter { $0 == "V" }.count
    }
    #expect(try steps([(1, 2, 5), (2, 4, 5)]) == 3)
    #expect(try steps([(1, 2, 5), (4, 8, 5)]) == 4)
    // An empty bucket is the same as none.
    #expect(try steps([(1, 2, 5), (2, 4, 0), (4, 8, 5)]) == 4)
  }

  @Test(
    "buckets that can't be drawn count nothing",
    arguments: [(0.0, 1.0, 5.0), (-1, 1, 5), (3, 3, 5), (4, 3, 5), (1, 2, .nan), (1, 2, -3), (1, .infinity, 3)])
  func bad(bucket: (low: Double, high: Double, count: Double)) throws {
    let series = HistogramSeries(name: "s", buckets: [bucket, (10, 20, 7)])
    #expect(HistogramPlot.shares(of: series).map(\.percent) == [100])
    let plot = HistogramPlot(title: "t", xLabel: "µs", yLabel: "share", series: [series])
    #expect(try Picture(plot.svg()).texts.contains("100 %"))
    let nothing = HistogramPlot(
      title: "t", xLabel: "µs", yLabel: "share", series: [HistogramSeries(name: "s", buckets: [bucket])])
    #expect(try Picture(nothing.svg()).texts.contains("no figures"))
  }
}
