/// What tells a series from the others: a colour, and without any colour a marker's shape and a dash.
///
/// Ten markers and four dashes: twenty series differ in at least one of them.
struct SeriesStyle {
  let index: Int

  /// Colours on white and on GitHub's dark background, at least 4.5 to 1 against it.
  static let colours: [(light: String, dark: String)] = [
    ("#0969da", "#58a6ff"), ("#bc4c00", "#f0883e"), ("#1a7f37", "#3fb950"), ("#8250df", "#bc8cff"),
    ("#cf222e", "#ff7b72"), ("#0b7285", "#56d4dd"), ("#7d4e00", "#d29922"), ("#57606a", "#9ea7b3"),
  ]
  private static let dashes = ["none", "8 4", "2 3", "10 3 2 3"]

  /// The class that the style sheet gives the colour to.
  var className: String { "s\(index % Self.colours.count)" }
  var dash: String { Self.dashes[index % Self.dashes.count] }
  /// The second five are hollow.
  private var markerClass: String { index / 5 % 2 == 0 ? className : className + " hollow" }

  /// A marker around a point.
  func marker(_ svg: inout SVGWriter, at x: Double, _ y: Double) {
    guard index % 5 > 0 else {
      svg.element(
        "circle",
        ["class": markerClass, "cx": NumberText.coordinate(x), "cy": NumberText.coordinate(y), "r": "4.2"])
      return
    }
    let points = Self.corners[index % 5 - 1].map { corner in
      NumberText.coordinate(x + corner.x) + "," + NumberText.coordinate(y + corner.y)
    }
    svg.element("polygon", ["class": markerClass, "points": points.joined(separator: " ")])
  }

  /// Square, triangle, diamond, triangle upside down.
  private static let corners: [[(x: Double, y: Double)]] = [
    [(-3.8, -3.8), (3.8, -3.8), (3.8, 3.8), (-3.8, 3.8)],
    [(0, -5.2), (4.8, 3.6), (-4.8, 3.6)],
    [(0, -5.6), (5.6, 0), (0, 5.6), (-5.6, 0)],
    [(0, 5.2), (4.8, -3.6), (-4.8, -3.6)],
  ]
}
