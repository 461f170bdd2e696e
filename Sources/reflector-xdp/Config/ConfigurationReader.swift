import ReflectorCore

/// Makes entries of a YAML text, and notes everything that is wrong on the way.
struct ConfigurationReader {
  var problems: [ConfigurationFailure.Problem] = []

  mutating func entries(in text: String) -> [ConfigurationFile.Entry] {
    let root: YAMLNode?
    do {
      root = try YAMLNode.document(in: text)
    } catch {
      note(error.line, "it is no YAML", error.why)
      return []
    }
    guard let root, !root.isNull else { return [] }
    guard case .mapping(let pairs) = root.content else {
      note(root.line, "it holds no options", "a mapping is allowed, such as mode: copy")
      return []
    }
    var first: [String: Int] = [:]
    var entries: [ConfigurationFile.Entry] = []
    for (key, value) in pairs {
      guard let known = known(key) else { continue }
      if let line = first[known.name] {
        note(key.line, "\(known.name) stands twice", once(known, line))
        continue
      }
      first[known.name] = key.line
      entries.append(.init(key: known, items: items(known, key, value), line: key.line))
    }
    return entries
  }

  private func once(_ key: ConfigurationKey, _ line: Int) -> String {
    "it stands in line \(line) too; each option is allowed once" + (key.isList ? ", and this one takes a list" : "")
  }

  private mutating func note(_ line: Int?, _ what: String, _ why: String) {
    problems.append(.init(line: line, what: what, why: why))
  }

  private mutating func known(_ node: YAMLNode) -> ConfigurationKey? {
    if let name = node.scalar, let key = ConfigurationTable.key(name) { return key }
    let names = ConfigurationTable.keys.map(\.name)
    let guess = node.scalar.flatMap { Nearest.word(to: $0, among: names) }
    note(
      node.line, "\(node.scalar ?? "this") is no option",
      guess.map { "is \($0) meant?" } ?? "allowed are \(names.sorted().joined(separator: ", "))")
    return nil
  }

  private mutating func items(
    _ key: ConfigurationKey, _ name: YAMLNode, _ value: YAMLNode
  ) -> [ConfigurationFile.Item] {
    guard !value.isNull else {
      let none = key.isRepeatable ? ", and [] for none" : ""
      note(name.line, "\(key.name) can't be used", "it has no value; \(key.form.allowed) can be used\(none)")
      return []
    }
    switch (value.content, key.form) {
    case (.sequence(let nodes), _) where key.isList: return list(key, nodes, name.line)
    case (.mapping, .rules): return [item(key, value)].compactMap(\.self)
    case (.scalar, _): return [item(key, value)].compactMap(\.self)
    default:
      let found = if case .sequence = value.content { "a list" } else { "a mapping" }
      note(
        name.line, "\(key.name) can't be used",
        "\(found) stands there; a value\(key.isList ? " or a list of them" : "") can be used: \(key.form.allowed)")
      return []
    }
  }

  private mutating func list(_ key: ConfigurationKey, _ nodes: [YAMLNode], _ line: Int) -> [ConfigurationFile.Item] {
    let items = nodes.compactMap { item(key, $0) }
    guard !key.isRepeatable, items.count == nodes.count else { return items }
    // One option with commas, which is more than its parts: no number stands twice.
    let text = items.map(\.text).joined(separator: ",")
    guard let fault = items.isEmpty ? "the list is empty" : key.form.fault(in: text) else {
      return [.init(text: text, line: line)]
    }
    note(line, "\(key.name) can't be used", fault)
    return []
  }

  private mutating func item(_ key: ConfigurationKey, _ node: YAMLNode) -> ConfigurationFile.Item? {
    if case .rules = key.form, case .mapping(let pairs) = node.content { return rule(pairs, node.line) }
    guard let text = node.scalar, !node.isNull else {
      note(
        node.line, "\(key.name) can't be used", "its list has a part that is no value; \(key.form.allowed) can be used")
      return nil
    }
    if node.isQuoted, key.form.isNumberOrFlag {
      note(
        node.line, "\(key.name) can't be used",
        "'\(text)' is a text because of its quotes; without them, \(key.form.allowed) can be used")
      return nil
    }
    if let fault = key.form.fault(in: text) {
      note(node.line, "\(key.name) can't be used", fault)
      return nil
    }
    return .init(text: text, line: node.line)
  }
}

extension ConfigurationReader {
  /// A rule as a mapping: `{name: probe, port: 5000, bytes: "text:PROBE"}`.
  private mutating func rule(
    _ pairs: [(key: YAMLNode, value: YAMLNode)], _ line: Int
  ) -> ConfigurationFile.Item? {
    let before = problems.count
    var parts: [String] = []
    for (key, value) in pairs {
      guard let name = key.scalar, Rule.parts.contains(name) else {
        let guess = key.scalar.flatMap { Nearest.word(to: $0, among: Rule.parts) }
        note(
          key.line, "rule can't be used",
          "a rule has no \(key.scalar ?? "such part"); "
            + (guess.map { "is \($0) meant?" } ?? "its parts are "
              + Rule.parts.joined(separator: ", ")))
        continue
      }
      guard let text = value.scalar, !value.isNull else {
        note(key.line, "rule can't be used", "\(name) of a rule has no value that is a text or a number")
        continue
      }
      parts.append("\(name)=\(name == "bytes" ? Self.withoutCommas(text) : text)")
    }
    guard problems.count == before else { return nil }
    let text = parts.joined(separator: ",")
    guard let fault = ConfigurationKey.Form.rules.fault(in: text) else { return .init(text: text, line: line) }
    note(line, "rule can't be used", fault)
    return nil
  }

  /// A comma ends a part of a rule on the command line; here it needn't.
  private static func withoutCommas(_ text: String) -> String {
    let ascii = text.utf8.dropFirst("text:".utf8.count)
    guard text.hasPrefix("text:"), ascii.contains(UInt8(ascii: ",")), ascii.allSatisfy({ (0x20...0x7e).contains($0) })
    else { return text }
    return ascii.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension ConfigurationKey.Form {
  /// Whether quotes make another thing of it.
  fileprivate var isNumberOrFlag: Bool {
    switch self {
    case .flag, .whole, .choice, .decimal: true
    default: false
    }
  }
}
