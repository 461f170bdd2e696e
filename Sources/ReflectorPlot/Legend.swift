/// The names of the series below the plot, side by side, in as many rows as they take.
struct Legend {
  private let places: [(name: String, x: Double, row: Int)]
  private static let rowHeight = 22.0
  private static let sample = 34.0

  init(_ names: [String], width: Double) {
    var places: [(name: String, x: Double, row: Int)] = []
    var (x, row) = (0.0, 0)
    for name in names {
      let needed = Self.sample + 8 + Self.width(of: name) + 22
      if x > 0, x + needed > width { (x, row) = (0, row + 1) }
      places.append((name, x, row))
      x += needed
    }
    self.places = places
  }

  var height: Double { places.last.map { Double($0.row + 1) * Self.rowHeight + 8 } ?? 0 }

  /// Nobody knows the reader's font: 7.2 pixels a letter is what a wide one takes at this size.
  private static func width(of name: String) -> Double { 7.2 * Double(name.count) }

  func draw(_ svg: inout SVGWriter, left: Double, top: Double) {
    for (index, place) in places.enumerated() {
      let style = SeriesStyle(index: index)
      let x = left + place.x
      let y = top + Double(place.row) * Self.rowHeight + 11
      svg.element(
        "path",
        [
          "class": "\(style.className) line", "stroke-dasharray": style.dash,
          "d": "M\(NumberText.coordinate(x)) \(NumberText.coordinate(y))h\(NumberText.coordinate(Self.sample))",
        ])
      style.marker(&svg, at: x + Self.sample / 2, y)
      svg.element(
        "text",
        ["x": NumberText.coordinate(x + Self.sample + 8), "y": NumberText.coordinate(y + 4.5)], text: place.name)
    }
  }
}
