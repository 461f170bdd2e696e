import ArgumentParser
import LinuxSystem
import ReflectorCore
import ReflectorXDP

/// The options of `attach` in a YAML file: a mapping with the options' names, without dashes, as keys.
///
/// ```yaml
/// mode: copy
/// queues: 0-3
/// busy-poll: true
/// rule:
///   - {name: probe, port: 5000, bytes: "text:PROBE"}
/// ```
///
/// Each entry becomes the option that it names, so that a file can say nothing that the command line couldn't.
struct ConfigurationFile {
  struct Entry {
    let key: ConfigurationKey
    let items: [Item]
    let line: Int
  }

  /// A value in the words of the command line.
  struct Item {
    let text: String
    let line: Int
  }

  /// Bytes: 100,000 networks, each with a remark, and no gigabytes of a device's.
  private static let longest = 16 << 20

  let path: String
  /// In the order of the file, each key once.
  let entries: [Entry]

  init(path: String) throws(ConfigurationFailure) {
    let text: String
    do {
      text = try TextFile.read(path, limit: Self.longest)
    } catch {
      throw ConfigurationFailure(path: path, [.init(line: nil, what: "it can't be read", why: "\(error)")])
    }
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(ConfigurationFailure) {
    var reader = ConfigurationReader()
    entries = reader.entries(in: text)
    self.path = path
    // What follows from entries that are wrong is no news.
    if reader.problems.isEmpty { reader.problems = problemsTogether() }
    guard reader.problems.isEmpty else { throw ConfigurationFailure(path: path, reader.problems) }
  }

  /// The file's options as arguments, less those that the command line has and those that ``assign`` takes.
  func arguments(besides given: CommandLineOptions) -> [String] {
    entries(besides: given).filter { $0.key.assign == nil }.flatMap { entry in
      guard !entry.key.isFlag else { return entry.items.first?.text == "true" ? ["--" + entry.key.name] : [] }
      return entry.items.map { "--\(entry.key.name)=\($0.text)" }
    }
  }

  /// Puts the lists into a parsed command.
  func assign(to command: inout AttachCommand, besides given: CommandLineOptions) throws {
    for entry in entries(besides: given) {
      try entry.key.assign?(&command, entry.items.map(\.text))
    }
  }

  func entry(_ name: String) -> Entry? { entries.first { $0.key.name == name } }

  private func entries(besides given: CommandLineOptions) -> [Entry] {
    entries.filter { !given.excludes($0.key.name) }
  }

  /// What is wrong with entries beside each other, whatever the command line will add.
  private func problemsTogether() -> [ConfigurationFailure.Problem] {
    do {
      let none = CommandLineOptions([])
      var command = try AttachCommand.parse(["interface"] + arguments(besides: none))
      try assign(to: &command, besides: none)
    } catch {
      return [problem(AttachCommand.message(for: error))]
    }
    // Those of the sets may still be left out.
    guard let rules = entry("rule") else { return [] }
    do {
      _ = try RuleTable(rules.items.map { try Rule(parsing: $0.text) })
    } catch {
      return [.init(line: rules.line, what: "rule can't be used", why: "\(error)")]
    }
    return []
  }

  /// Where the last entry stands that a message names, by its option or by a value of its list.
  func problem(_ message: String) -> ConfigurationFailure.Problem {
    let words = Set(message.split { $0.isWhitespace || ",:;'()".contains($0) })
    let named = entries.last { words.contains("--" + $0.key.name) }.map { ($0.key, $0.line) }
    let (key, line) = named ?? withItem(among: words) ?? (nil, nil)
    return .init(
      line: line, what: key.map { "\($0.name) can't be used" } ?? "its options exclude each other", why: message)
  }

  private func withItem(among words: Set<Substring>) -> (ConfigurationKey?, Int?)? {
    for entry in entries.reversed() where entry.key.isRepeatable {
      if let item = entry.items.last(where: { words.contains($0.text[...]) }) { return (entry.key, item.line) }
    }
    return nil
  }
}
