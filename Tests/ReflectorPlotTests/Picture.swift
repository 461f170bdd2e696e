import Foundation
import FoundationXML

/// A picture as a parser that isn't ours reads it.
final class Picture: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]

    subscript(_ name: String) -> String? { attributes[name] }
  }

  struct NotXML: Error {
    let reason: String
  }

  private(set) var elements: [Element] = []
  /// What stands in each element that holds text.
  private(set) var texts: [String] = []
  private var text = ""

  init(_ svg: String) throws {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw NotXML(reason: "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func withClass(_ name: String) -> [Element] {
    elements.filter { $0["class"]?.split(separator: " ").contains(Substring(name)) == true }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes))
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) {
    text += characters
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if !text.isEmpty { texts.append(text) }
    text = ""
  }
}
