/// SVG as text: elements that are closed, attributes and text that are escaped.
struct SVGWriter {
  private(set) var text = ""
  private var open: [String] = []

  /// An element without content.
  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    text += indentation + "<\(name)\(Self.list(attributes))/>\n"
  }

  /// An element with text in it.
  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text content: String) {
    text += indentation + "<\(name)\(Self.list(attributes))>\(Self.escaped(content))</\(name)>\n"
  }

  /// An element around what `body` writes.
  mutating func group(
    _ name: String = "g", _ attributes: KeyValuePairs<String, String> = [:], _ body: (inout SVGWriter) -> Void
  ) {
    text += indentation + "<\(name)\(Self.list(attributes))>\n"
    open.append(name)
    body(&self)
    open.removeLast()
    text += indentation + "</\(name)>\n"
  }

  private var indentation: String { String(repeating: " ", count: open.count) }

  private static func list(_ attributes: KeyValuePairs<String, String>) -> String {
    attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
  }

  /// For text and for attributes in double quotes. What XML 1.0 has no way to write, control characters and
  /// two code points, becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "\t", "\n", "\r": escaped.append(" ")
      case "\u{0}"..."\u{1f}", "\u{fffe}"..."\u{ffff}": escaped.append("\u{fffd}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
