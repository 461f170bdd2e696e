/// The picture's style sheet. It stands in the picture, with a background of its own: an image on a page
/// takes nothing of the page's style, and where a viewer doesn't know `prefers-color-scheme` it is the light
/// one on any page.
enum StyleSheet {
  static let text: String = {
    var sheet = """
      text{font:13px system-ui,-apple-system,"Segoe UI","DejaVu Sans",Helvetica,Arial,sans-serif}
      .title{font-size:16px;font-weight:600}
      .tick{font-size:12px}
      .hollow,.line,.grid,.axis,.whisker{stroke-width:1.8}
      .grid{stroke-width:1}
      .area{stroke:none;fill-opacity:.12}

      """
    sheet += rules(text: "#1f2328", quiet: "#59636e", paper: "#ffffff", grid: "#d1d9e0") { $0.light }
    sheet += "@media (prefers-color-scheme:dark){\n"
    sheet += rules(text: "#f0f6fc", quiet: "#9198a1", paper: "#0d1117", grid: "#2f353d") { $0.dark }
    return sheet + "}\n"
  }()

  private static func rules(
    text: String, quiet: String, paper: String, grid: String,
    colour: ((light: String, dark: String)) -> String
  ) -> String {
    var rules = "text{fill:\(text)}\n.tick{fill:\(quiet)}\n.paper{fill:\(paper)}\n"
    rules += ".grid{stroke:\(grid)}\n.axis{stroke:\(quiet)}\n"
    for (index, colours) in SeriesStyle.colours.enumerated() {
      rules += ".s\(index){fill:\(colour(colours));stroke:\(colour(colours))}\n"
    }
    return rules + ".line,.whisker{fill:none}\n.hollow{fill:\(paper)}\n.area{stroke:none}\n"
  }
}
