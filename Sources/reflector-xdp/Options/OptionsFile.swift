import ArgumentParser
import LinuxSystem
import ReflectorXDP

/// The options of `attach` in a YAML file: a mapping with the options' names, without dashes, as keys.
///
/// ```yaml
/// mode: copy
/// queues: 0-3
/// busy-poll: true
/// rule:
///   - name=probe,port=5000,bytes=text:PROBE
/// ```
///
/// Each entry becomes the option that it names and goes through the same parser, so that a file can say
/// nothing that the command line couldn't. What is wrong is told with file and line.
struct OptionsFile {
  private struct Entry {
    let key: String
    let values: [String]
    let line: Int
  }

  /// Bytes: 64 rules, each with a page of remarks, and no gigabytes of a device's.
  private static let longest = 1 << 20

  private let path: String
  private let entries: [Entry]

  /// - Throws: ``ReflectorError`` of the kind `configuration`.
  init(path: String) throws(ReflectorError) {
    let text: String
    do {
      text = try TextFile.read(path, limit: Self.longest)
    } catch {
      throw ReflectorError(
        .configuration, what: "\(path) can't be read", why: "\(error)", remedy: "name a YAML file with --config")
    }
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(ReflectorError) {
    self.path = path
    entries = try Self.entries(in: Self.root(text, path), path)
    try check()
  }

  /// The file's options as arguments, less those that the command line has.
  func arguments(besides commandLine: [String]) -> [String] {
    let given = commandLine.compactMap { $0.hasPrefix("--") ? $0.dropFirst(2).prefix { $0 != "=" } : nil }
    return entries.filter { entry in !given.contains { Self.excludes(String($0), entry.key) } }.flatMap(Self.arguments)
  }

  private static let flags: Set = ["any-oui", "huge-pages", "busy-poll", "tune"]
  private static let lists: Set = ["rule"]
  private static let values: Set = [
    "netns", "pin-dir", "mode", "datapath", "reflect", "rules", "port", "oui", "queues", "cpus", "spread", "frames",
    "chunk-size", "batch", "spin", "duration", "interval", "format", "log-level", "tune-profile", "tune-skip",
  ]

  /// Whether an option on the command line takes the place of one in the file.
  private static func excludes(_ given: String, _ key: String) -> Bool {
    given == key || Set([given, key]) == ["oui", "any-oui"]
  }

  private static func arguments(_ entry: Entry) -> [String] {
    guard !flags.contains(entry.key) else { return entry.values == ["true"] ? ["--" + entry.key] : [] }
    return entry.values.map { "--\(entry.key)=\($0)" }
  }

  /// Each entry alone, so that what is wrong with it has a line; then all together.
  private func check() throws(ReflectorError) {
    for entry in entries {
      do {
        try Self.check(entry)
      } catch {
        let why = (error as? ReflectorError)?.why ?? AttachCommand.message(for: error)
        throw Self.wrong(path, entry.line, "\(entry.key) can't be used", why)
      }
    }
    do {
      _ = try AttachCommand.parse(["interface"] + entries.flatMap(Self.arguments))
    } catch {
      throw Self.wrong(path, nil, "its options exclude each other", AttachCommand.message(for: error))
    }
  }

  /// `rules: none` is good beside a rule, which the command line may have; and rules are good that leave no room
  /// for the sets, which the file or the command line may leave out. How to tune goes with tune.
  private static func check(_ entry: Entry) throws {
    var alone = entry.key == "rule" && !entry.values.isEmpty ? ["--rules=none"] : []
    if entry.key.hasPrefix("tune-") { alone.append("--tune") }
    if entry.key == "spread" { alone.append("--datapath=kernel") }
    let command = try AttachCommand.parse(["interface"] + alone + arguments(entry))
    if entry.key != "rules" { _ = try command.settings.validate() }
  }

  private static func root(_ text: String, _ path: String) throws(ReflectorError) -> [(key: YAMLNode, value: YAMLNode)]
  {
    let node: YAMLNode?
    do {
      node = try YAMLNode.document(in: text)
    } catch {
      throw wrong(path, error.line, "it is no YAML", error.why)
    }
    guard let node else { return [] }
    guard case .mapping(let pairs) = node.content else {
      throw wrong(path, node.line, "it holds no options", "a mapping is allowed, such as mode: copy")
    }
    return pairs
  }

  private static func entries(
    in pairs: [(key: YAMLNode, value: YAMLNode)], _ path: String
  ) throws(ReflectorError) -> [Entry] {
    var entries: [Entry] = []
    for (key, value) in pairs {
      let entry = try entry(key, value, path)
      if entries.contains(where: { $0.key == entry.key }) {
        throw wrong(path, entry.line, "\(entry.key) stands twice", "each option is allowed once; rule takes a list")
      }
      entries.append(entry)
    }
    return entries
  }

  private static func entry(_ key: YAMLNode, _ value: YAMLNode, _ path: String) throws(ReflectorError) -> Entry {
    guard let name = key.scalar, flags.union(lists).union(values).contains(name) else {
      let allowed = flags.union(lists).union(values).sorted().joined(separator: ", ")
      throw wrong(path, key.line, "\(key.scalar ?? "this") is no option", "allowed are \(allowed)")
    }
    let found: [String?] =
      switch value.content {
      case .scalar(let text): [text]
      case .sequence(let items) where lists.contains(name): items.map(\.scalar)
      default: [nil]
      }
    let texts = found.compactMap(\.self)
    guard texts.count == found.count else {
      let allowed = lists.contains(name) ? "a text or a list of texts" : "one value"
      throw wrong(path, key.line, "\(name) can't be used", "\(allowed) is allowed")
    }
    if flags.contains(name), texts != ["true"], texts != ["false"] {
      throw wrong(path, key.line, "\(name) can't be used", "true or false is allowed")
    }
    return Entry(key: name, values: texts, line: key.line)
  }

  private static func wrong(_ path: String, _ line: Int?, _ what: String, _ why: String) -> ReflectorError {
    ReflectorError(
      .configuration, what: "\(path)\(line.map { ":\($0)" } ?? ""): \(what)", why: why,
      remedy: "see reflector-xdp attach --help for each option")
  }
}
