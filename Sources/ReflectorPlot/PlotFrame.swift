/// What every plot has around its figures: paper, title, axes with their ticks and names, legend.
struct PlotFrame {
  let title: String
  let xLabel: String
  let yLabel: String
  let x: Axis
  let y: Axis
  /// Put behind each tick's value of the y axis.
  var yUnit = ""
  let names: [String]

  private static let width = 760.0
  private static let left = 74.0
  private static let right = 736.0
  private static let top = 68.0
  private static let bottom = 368.0
  /// Room between the first and last tick of the x axis and the ends of the plot, for markers.
  private static let inset = 18.0

  /// The whole picture, with what `content` draws in the plot; nil: there is nothing to draw.
  func svg(_ content: ((inout SVGWriter, PlotFrame) -> Void)?) -> String {
    let legend = Legend(names, width: Self.right - Self.left)
    let height = Self.bottom + 60 + legend.height
    var svg = SVGWriter()
    let size = (NumberText.coordinate(Self.width), NumberText.coordinate(height))
    svg.group(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": size.0, "height": size.1, "viewBox": "0 0 \(size.0) \(size.1)",
        "role": "img",
      ]
    ) { svg in
      svg.element("title", text: title)
      svg.element("desc", text: "\(yLabel) over \(xLabel): \(names.joined(separator: ", "))")
      svg.element("style", text: StyleSheet.text)
      svg.element("rect", ["class": "paper", "width": size.0, "height": size.1])
      svg.element("text", ["class": "title", "x": NumberText.coordinate(Self.left), "y": "26"], text: title)
      drawAxes(&svg)
      if let content {
        content(&svg, self)
      } else {
        svg.element("text", ["x": "405", "y": "220", "text-anchor": "middle"], text: "no figures")
      }
      legend.draw(&svg, left: Self.left, top: Self.bottom + 56)
    }
    return svg.text
  }

  /// Where a value of the x axis lies in the picture.
  func across(_ value: Double) -> Double? {
    x.position(of: value).map { Self.left + Self.inset + $0 * (Self.right - Self.left - 2 * Self.inset) }
  }

  /// Where a value of the y axis lies in the picture.
  func down(_ value: Double) -> Double? {
    y.position(of: value).map { Self.bottom - $0 * (Self.bottom - Self.top) }
  }

  private func drawAxes(_ svg: inout SVGWriter) {
    let (left, right) = (NumberText.coordinate(Self.left), NumberText.coordinate(Self.right))
    let (top, bottom) = (NumberText.coordinate(Self.top), NumberText.coordinate(Self.bottom))
    for tick in y.ticks {
      guard let place = down(tick) else { continue }
      let y = NumberText.coordinate(place)
      svg.element("line", ["class": "grid", "x1": left, "x2": right, "y1": y, "y2": y])
      svg.element(
        "text",
        [
          "class": "tick", "x": NumberText.coordinate(Self.left - 9), "y": NumberText.coordinate(place + 4),
          "text-anchor": "end",
        ], text: NumberText.tick(tick) + yUnit)
    }
    for tick in x.ticks {
      guard let place = across(tick) else { continue }
      let x = NumberText.coordinate(place)
      svg.element("line", ["class": "grid", "x1": x, "x2": x, "y1": top, "y2": bottom])
      svg.element(
        "text",
        ["class": "tick", "x": x, "y": NumberText.coordinate(Self.bottom + 19), "text-anchor": "middle"],
        text: NumberText.tick(tick))
    }
    svg.element("line", ["class": "axis", "x1": left, "x2": right, "y1": bottom, "y2": bottom])
    svg.element(
      "text", ["class": "tick", "x": left, "y": NumberText.coordinate(Self.top - 17)], text: yLabel)
    svg.element(
      "text",
      ["class": "tick", "x": right, "y": NumberText.coordinate(Self.bottom + 41), "text-anchor": "end"],
      text: xLabel)
  }
}
