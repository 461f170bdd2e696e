/// Settings as people and programs read them.
enum ConfigurationText {
  /// Of a list that is longer only so many are shown to people.
  private static let fewItems = 4

  static func check(_ file: ConfigurationFile, _ options: EffectiveOptions) -> String {
    let count = file.entries.count
    let head = "\(file.path) can be used; \(count == 0 ? "it sets nothing" : "it sets")"
    let rows = file.entries.map { [$0.key.name, words($0.key.values(options.command)), $0.key.effect.rawValue] }
    guard !rows.isEmpty else { return head + "\n" }
    return lines(["\(head):"], [["key", "value", "a change"]] + rows)
  }

  static func show(_ options: EffectiveOptions) -> String {
    let rows = ConfigurationTable.keys.map { key in
      [key.name, words(key.values(options.command)), options.source(of: key).description]
    }
    return lines([], [["key", "value", "from"]] + rows)
  }

  private static func lines(_ head: [String], _ rows: [[String]]) -> String {
    (head + TextTable.render(rows)).joined(separator: "\n") + "\n"
  }

  static func words(_ values: [String]) -> String {
    guard !values.isEmpty else { return "-" }
    let more = values.count - fewItems
    return values.prefix(fewItems).joined(separator: " ") + (more > 0 ? " and \(more) more" : "")
  }

  static func json(_ options: EffectiveOptions) -> String {
    let settings = ConfigurationTable.keys.map { key in
      (
        key.name,
        JSONValue.object(
          ["value": key.json(key.values(options.command)), "effect": .text(key.effect.rawValue)]
            .merging(json(options.source(of: key))) { $1 })
      )
    }
    return JSONValue.object([
      "file": options.file.map { .text($0.path) } ?? .null,
      "settings": .object(Dictionary(uniqueKeysWithValues: settings)),
    ]).rendered(isPretty: false)
  }

  private static func json(_ source: EffectiveOptions.Source) -> [String: JSONValue] {
    switch source {
    case .standard: ["source": .text("default")]
    case .file(_, let line): ["source": .text("file"), "line": .whole(line)]
    case .commandLine: ["source": .text("command line")]
    }
  }
}

extension ConfigurationKey {
  /// Values of it as a file could have them; null for none.
  func json(_ values: [String]) -> JSONValue {
    switch form {
    case .words, .list, .rules: return .list(values.map(JSONValue.text))
    case .flag: return .flag(values == ["true"])
    case .whole, .choice: return values.first.flatMap(Int.init).map(JSONValue.whole) ?? .null
    case .decimal: return values.first.flatMap(Double.init).map(JSONValue.decimal) ?? .null
    case .word, .rate, .indices, .text: return values.first.map(JSONValue.text) ?? .null
    }
  }
}
