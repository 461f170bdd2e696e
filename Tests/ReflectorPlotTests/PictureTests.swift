import Testing

@testable import ReflectorPlot

@Suite("Plots as pictures")
struct PictureTests {
  private func plot(_ series: [PlotSeries], x: PlotScale = .log2, y: PlotScale = .linear) throws -> Picture {
    try Picture(
      LinePlot(title: "a < b & \"c\"", xLabel: "window", yLabel: "kframes/s", xScale: x, yScale: y, series: series)
        .svg())
  }

  @Test("a line, a marker for each point, a whisker where there are quartiles, and its name")
  func line() throws {
    let points = [
      PlotPoint(x: 1, y: 100, low: 90, high: 120), PlotPoint(x: 32, y: 900, low: 880), PlotPoint(x: 128, y: 1000),
    ]
    let picture = try plot([PlotSeries(name: "testpmd <5tswap> & co", points: points)])
    #expect(picture.all("circle").count == 3 + 1, "the points, and the legend's")
    #expect(picture.withClass("whisker").count == 2)
    #expect(picture.withClass("line").count == 2, "the series', and the legend's")
    #expect(picture.texts.contains("testpmd <5tswap> & co"))
    #expect(picture.texts.contains("a < b & \"c\""))
    for tick in ["1", "2", "128", "0", "200", "1,000"] { #expect(picture.texts.contains(tick), "\(tick)") }
  }

  @Test("higher is higher, and further right is later")
  func directions() throws {
    let picture = try plot([PlotSeries(name: "s", points: [PlotPoint(x: 1, y: 10), PlotPoint(x: 4, y: 30)])])
    let places = picture.all("circle").compactMap { circle in
      circle["cx"].flatMap(Double.init).flatMap { x in circle["cy"].flatMap(Double.init).map { (x: x, y: $0) } }
    }
    #expect(places.count == 3)
    #expect(places[0].x < places[1].x && places[0].y > places[1].y)
  }

  @Test(
    "what can't be drawn is left out, and the line is interrupted there", arguments: [Double.nan, .infinity, -1, 0])
  func gaps(bad: Double) throws {
    let points = [1, 2, 4, 8].map { PlotPoint(x: $0, y: $0 == 4 ? bad : $0) }
    let picture = try plot([PlotSeries(name: "s", points: points)], y: .log10)
    #expect(picture.all("circle").count == 3 + 1)
    let path = try #require(picture.withClass("line").first?["d"])
    #expect(path.filter { $0 == "M" }.count == 2 && path.filter { $0 == "L" }.count == 1)
    #expect(!path.contains("nan") && !path.contains("inf"))
  }

  @Test("a whisker's end that can't be drawn ends at the median")
  func oddWhisker() throws {
    let point = PlotPoint(x: 1, y: 10, low: .nan, high: 20)
    let picture = try plot([PlotSeries(name: "s", points: [point])], y: .log10)
    let whisker = try #require(picture.withClass("whisker").first?["d"])
    #expect(!whisker.contains("nan"))
  }

  @Test("nothing to draw is said", arguments: [PlotScale.linear, .log2, .log10])
  func nothing(scale: PlotScale) throws {
    let nothing = PlotSeries(name: "s", points: [PlotPoint(x: .nan, y: 1)])
    #expect(try plot([], x: scale, y: scale).texts.contains("no figures"))
    #expect(try plot([nothing], x: scale, y: scale).texts.contains("no figures"))
    #expect(
      try !plot([PlotSeries(name: "s", points: [PlotPoint(x: 5, y: 7)])], x: scale, y: scale)
        .texts.contains("no figures"))
  }

  @Test("twenty series differ without their colours")
  func withoutColour() throws {
    var looks: Set<String> = []
    for index in 0..<20 {
      var svg = SVGWriter()
      SeriesStyle(index: index).marker(&svg, at: 0, 0)
      // The colour is the class's number.
      looks.insert(svg.text.replacing(/s\d+/, with: "s") + SeriesStyle(index: index).dash)
    }
    #expect(looks.count == 20)
  }

  @Test("a legend of long names goes into rows, and the picture grows")
  func legend() throws {
    let names = (0..<6).map { "a long name of a reflector with its options \($0)" }
    let short = Legend(["a", "b"], width: 660)
    let long = Legend(names, width: 660)
    #expect(long.height > short.height)
    let picture = try plot(names.map { PlotSeries(name: $0, points: [PlotPoint(x: 1, y: 1)]) })
    let height = try #require(picture.all("svg").first?["height"].flatMap(Double.init))
    for text in picture.all("text") {
      let y = try #require(text["y"].flatMap(Double.init))
      #expect(y < height)
    }
  }

  @Test("light and dark, and nothing from elsewhere")
  func themes() throws {
    let svg = LinePlot(title: "t", xLabel: "x", yLabel: "y", xScale: .linear, yScale: .linear, series: []).svg()
    #expect(svg.contains("@media (prefers-color-scheme:dark)"))
    let picture = try Picture(svg)
    #expect(picture.withClass("paper").count == 1)
    for element in picture.elements {
      #expect(element["href"] == nil && element["xlink:href"] == nil)
    }
    #expect(!svg.contains("url(") && !svg.contains("@import"))
  }

  @Test("control characters become something that XML can hold")
  func controlCharacters() throws {
    let picture = try Picture(
      HistogramPlot(title: "a\u{1}b\u{0}\nc", xLabel: "", yLabel: "", series: []).svg())
    #expect(picture.texts.contains("a\u{fffd}b\u{fffd} c"))
  }
}
