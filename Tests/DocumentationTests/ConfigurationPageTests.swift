import Foundation
import Testing

@testable import reflector_xdp

/// docs/configuration.md, its example and the schema against the code.
struct ConfigurationPageTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8)
  }

  @Test func `the reference is what config reference prints`() throws {
    let page = try Self.text("docs/configuration.md")
    let start = try #require(page.range(of: "<!-- generated: reflector-xdp config reference -->\n\n"))
    let end = try #require(page.range(of: "\n<!-- end of the generated part -->"))
    #expect(
      page[start.upperBound..<end.lowerBound] == ConfigurationReference.markdown,
      "put in what reflector-xdp config reference prints")
  }

  @Test func `the example can be used, and has a key of each kind`() throws {
    let file = try ConfigurationFile(path: Repository.root.appending(path: "docs/examples/reflector-xdp.yaml").path)
    _ = try EffectiveOptions(["eth0"], file).validated()
    #expect(file.entries.count >= 8)
  }

  /// What stands in the page between ```yaml and ```.
  @Test func `the page's pieces of YAML can be used`() throws {
    let pieces = try Self.text("docs/configuration.md").matches(of: /(?s)```yaml\n(.*?)```/).map { String($0.output.1) }
    #expect(pieces.count >= 2)
    for piece in pieces {
      #expect(throws: Never.self, "\(piece)") { try ConfigurationFile(text: piece, path: "page.yaml") }
    }
  }
}

/// The JSON Schema, by a checker that isn't ours: python3-jsonschema.
struct ConfigurationSchemaTests {
  /// Files that both refuse.
  private static let bad = [
    "wombat: 3", "mode: fast", "mode: 3", "frames: 100", "frames: '128'", "batch: 0", "batch: 257", "batch: 1.5",
    "spin: many", "port: 65536", "busy-poll: maybe", "busy-poll: 1", "busy-poll: 'true'", "mode: [copy]",
    "batch: {a: 1}",
    "rules: [ito, x]", "rules: ito,", "rules: []", "queues: a", "queues: []", "queues: [-1]", "interval: 0",
    "interval: fast", "duration: 0", "oui: 00:11", "pin-dir: here", "rule: [{name: a, port: 1}]",
    "rule: [{name: a, port: 1, bytes: 00, prt: 1}]", "rule: {name: a, port: 65536, bytes: '00'}",
    "rule: {name: a, port: 1, bytes: '00', offset: 1025}", "rule: 5", "log-level: loud", "mode:", "- mode",
    "allow: 5", "allow: [here]", "allow: [192.0.2.0/2400]", "deny: [a: b]", "flows: 100", "flows: -1", "storm: fast",
    "source-rate: 0", "source-bits: 999", "total-rate: 7T", "loop-guard: true", "hold-off: 0", "refused: bounce",
  ]

  private static let good = [
    "{}", "allow: any", "allow: [192.0.2.0/24, '::1', \"2001:db8::/32\"]", "deny:\n  - 00:c0:17:01:02:03\n  - ::1",
    "allow-destination: 192.0.2.1", "flows: 0", "flows: 1024", "storm: none", "source-rate: 1", "source-bits: 1.5M",
    "total-bits: 1000G", "loop-guard: off", "mode: copy", "queues: 3", "queues: 0-3,5", "queues: [0, 2-3]",
    "rules: none", "rules: ito,y1564",
    "rules: [ito]", "busy-poll: false", "frames: 64", "interval: 1", "interval: 0.1", "duration: 0.5", "netns: 5",
    "oui: 00-11-22", "rule: []", "rule: name=a,port=1,bytes=00", "rule: {name: a, port: any, bytes: 505e40}",
    "rule: [{name: a, port: 1, bytes: 50524042, offset: 1024}]",
  ]

  /// Reads YAML 1.2's core schema, as editors do: PyYAML alone takes `off` for false.
  private static let script = """
    import json, re, sys, yaml, jsonschema
    class Loader(yaml.SafeLoader): yaml_implicit_resolvers = {}
    for tag, pattern, first in [
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"), ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+", "-+0123456789"),
        ("float", r"[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789")]:
        Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), list(first))
    Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
    task = json.load(sys.stdin)
    jsonschema.Draft202012Validator.check_schema(task["schema"])
    validator = jsonschema.Draft202012Validator(task["schema"])
    print(json.dumps([validator.is_valid(yaml.load(text, Loader)) for text in task["files"]]))
    """

  private static let hasJSONSchema =
    (try? python(["-c", "import yaml, jsonschema; jsonschema.Draft202012Validator"], "")) != nil

  private static func python(_ arguments: [String], _ input: String) throws -> Data {
    let process = Process()
    let (give, take) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = arguments
    process.standardInput = give
    process.standardOutput = take
    process.standardError = FileHandle.nullDevice
    try process.run()
    try give.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try give.fileHandleForWriting.close()
    let output = take.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return output
  }

  /// Whether each of the texts is valid by the schema.
  private static func isValid(_ texts: [String]) throws -> [Bool] {
    let task = JSONValue.object([
      "schema": ConfigurationSchema.document, "files": .list(texts.map(JSONValue.text)),
    ])
    let output = try python(["-c", script], task.rendered(isPretty: false))
    return try JSONDecoder().decode([Bool].self, from: output)
  }

  @Test(.enabled(if: hasJSONSchema, "python3-jsonschema and python3-yaml are missing"))
  func `the schema takes the good files and the example, and refuses the bad ones, as config check does`() throws {
    let example = try String(
      contentsOf: Repository.root.appending(path: "docs/examples/reflector-xdp.yaml"), encoding: .utf8)
    let texts = Self.good + [example] + Self.bad
    let isValid = try Self.isValid(texts)
    #expect(isValid.count == texts.count)
    for (text, isValid) in zip(texts, isValid) {
      let isGood = !Self.bad.contains(text)
      #expect(isValid == isGood, "the schema: \(text)")
      #expect(((try? ConfigurationFile(text: text, path: "f.yaml")) != nil) == isGood, "config check: \(text)")
    }
  }

  @Test func `each key has a description in the schema, and what isn't a key is refused`() throws {
    guard case .object(let schema) = ConfigurationSchema.document, case .object(let keys)? = schema["properties"] else {
      Issue.record("the schema is no object")
      return
    }
    #expect(schema["additionalProperties"] == .flag(false))
    #expect(Set(keys.keys) == Set(ConfigurationTable.keys.map(\.name)))
    for (name, key) in keys {
      guard case .object(let parts) = key, case .text(let text)? = parts["description"] else {
        Issue.record("\(name) has no description")
        continue
      }
      #expect(text.count > 30 && !text.hasPrefix(" A change"), "\(name): \(text)")
    }
  }
}
