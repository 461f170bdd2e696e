import ArgumentParser
import ReflectorCore

/// The table of keys as a JSON Schema (draft 2020-12), by which editors check and complete a file while it is written.
///
/// What it refuses we refuse, too; not the other way round: whether rules fit together is beyond it.
enum ConfigurationSchema {
  static var document: JSONValue {
    .object([
      "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
      "title": .text("reflector-xdp"),
      "description": .text("Configuration file of reflector-xdp attach: its options, without their dashes, as keys."),
      "type": .text("object"),
      "additionalProperties": .flag(false),
      "properties": .object(Dictionary(uniqueKeysWithValues: ConfigurationTable.keys.map { ($0.name, property($0)) })),
    ])
  }

  private static func property(_ key: ConfigurationKey) -> JSONValue {
    var parts = key.form.schema
    let meaning = OptionHelp.of(key.name)?.meaning ?? ""
    parts["description"] = .text("\(meaning) A change of it: \(key.effect.rawValue).")
    let standard = key.json(key.standard)
    if standard != .null { parts["default"] = standard }
    return .object(parts)
  }
}

extension ConfigurationKey {
  /// The values where neither file nor command line says anything.
  var standard: [String] { Self.standardCommand.map(values) ?? [] }

  private static let standardCommand = try? AttachCommand.parse(["interface"])
}

extension ConfigurationKey.Form {
  private typealias Parts = [String: JSONValue]

  fileprivate var schema: [String: JSONValue] {
    switch self {
    case .flag: ["type": .text("boolean")]
    case .word(let words): ["enum": .list(words.map(JSONValue.text))]
    case .words(let words, let alone): Self.words(words, alone: alone)
    case .whole(let range, _, let other): Self.integer(range, or: other)
    case .choice(let numbers, _): ["enum": .list(numbers.map(JSONValue.whole))]
    case .decimal(let range, let isFromFirst, _):
      [
        "type": .text("number"), isFromFirst ? "minimum" : "exclusiveMinimum": .decimal(range.lowerBound),
        "maximum": .decimal(range.upperBound),
      ]
    case .rate(let range, _): Self.rate(range)
    case .indices: Self.indices
    case .text(let form): Self.text(form)
    case .list(let form): Self.oneOrMore(Self.text(form), least: 0)
    case .rules: Self.oneOrMore(["anyOf": .list([.object(Self.ruleText), .object(Self.rule)])], least: 0)
    }
  }

  private static func oneOrMore(_ one: [String: JSONValue], least: Int) -> [String: JSONValue] {
    let list: Parts = ["type": .text("array"), "items": .object(one), "minItems": .whole(least)]
    return ["anyOf": .list([.object(one), .object(list)])]
  }

  private static func text(_ form: ConfigurationKey.TextForm) -> [String: JSONValue] {
    var parts: Parts = ["type": form.mayBeNumber ? .list([.text("string"), .text("number")]) : .text("string")]
    if let pattern = form.pattern { parts["pattern"] = .text(pattern) }
    return parts
  }

  private static func words(_ words: [String], alone: String?) -> [String: JSONValue] {
    let word = "(\(words.joined(separator: "|")))"
    let pattern = "^\(word)(,\(word))*$" + (alone.map { "|^\($0)$" } ?? "")
    let item: Parts = ["type": .text("string"), "pattern": .text(pattern)]
    return oneOrMore(item, least: 1)
  }

  private static func integer(_ range: ClosedRange<Int>, or other: Int?) -> [String: JSONValue] {
    let parts: Parts = [
      "type": .text("integer"), "minimum": .whole(range.lowerBound), "maximum": .whole(range.upperBound),
    ]
    return other.map { ["anyOf": .list([.object(parts), .object(["enum": .list([.whole($0)])])])] } ?? parts
  }

  private static func rate(_ range: ClosedRange<UInt64>) -> [String: JSONValue] {
    let text: Parts = ["type": .text("string"), "pattern": .text("^none$|^[0-9]+(\\.[0-9]+)?[kKMG]$")]
    let number = integer(Int(range.lowerBound)...Int(range.upperBound), or: nil)
    return ["anyOf": .list([.object(number), .object(text)])]
  }

  private static var indices: [String: JSONValue] {
    let number: Parts = ["type": .text("integer"), "minimum": .whole(0), "maximum": .whole(65_535)]
    let text: Parts = ["type": .text("string"), "pattern": .text("^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$")]
    return oneOrMore(["anyOf": .list([.object(number), .object(text)])], least: 1)
  }

  private static var ruleText: [String: JSONValue] {
    ["type": .text("string"), "pattern": .text("name=.*")]
  }

  private static var rule: [String: JSONValue] {
    // YAML takes 50524042 for a number, and 505e40.
    let textOrNumber: JSONValue = .object(["type": .list([.text("string"), .text("number")])])
    let port: JSONValue = .object([
      "anyOf": .list([
        .object(["type": .text("integer"), "minimum": .whole(0), "maximum": .whole(65_535)]),
        .object(["enum": .list([.text("any")])]),
      ])
    ])
    let offset: Parts = [
      "type": .text("integer"), "minimum": .whole(Signature.offsets.lowerBound),
      "maximum": .whole(Signature.offsets.upperBound),
    ]
    return [
      "type": .text("object"), "additionalProperties": .flag(false),
      "required": .list(["name", "port", "bytes"].map(JSONValue.text)),
      "properties": .object(["name": textOrNumber, "port": port, "offset": .object(offset), "bytes": textOrNumber]),
    ]
  }
}
