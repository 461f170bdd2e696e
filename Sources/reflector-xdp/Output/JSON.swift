import FoundationEssentials
import ReflectorXDP

/// One object on one line, keys in snake case and in alphabetical order.
enum JSON {
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only numbers that JSON doesn't have can fail, and no figure of ours is one.
    return ((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
  }
}

/// A line of `attach --format json`: what it is about, beside the fields of the thing itself.
struct Event<Body: Encodable>: Encodable {
  let event: String
  let body: Body

  private enum CodingKeys: String, CodingKey { case event }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(event, forKey: .event)
    try body.encode(to: encoder)
  }
}
