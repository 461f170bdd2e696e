import Foundation
import ReflectorXDP
import Testing

@testable import reflector_xdp

struct OptionsFileTests {
  @Test func `each entry becomes the option that it names`() throws {
    let file = try OptionsFile(
      text: """
        # A comment.
        mode: copy
        queues: 0-3
        port: 5000
        busy-poll: true
        huge-pages: false
        rule:
          - name=a,port=1,bytes=00
          - name=b,port=2,bytes=01
        """, path: "f.yaml")
    #expect(
      file.arguments(besides: []) == [
        "--mode=copy", "--queues=0-3", "--port=5000", "--busy-poll", "--rule=name=a,port=1,bytes=00",
        "--rule=name=b,port=2,bytes=01",
      ])
  }

  @Test func `options on the command line win`() throws {
    let file = try OptionsFile(
      text: "mode: copy\noui: 00:11:22\nrule: name=a,port=1,bytes=00\nbatch: 8", path: "f.yaml")
    #expect(
      file.arguments(besides: ["eth0", "--mode", "generic", "--any-oui"]) == [
        "--rule=name=a,port=1,bytes=00", "--batch=8",
      ])
    #expect(file.arguments(besides: ["--mode=auto", "--rule=x", "--oui=00:00:01"]) == ["--batch=8"])
  }

  @Test func `rules none is good: the command line may have a rule`() throws {
    #expect(try OptionsFile(text: "rules: none\n...", path: "f.yaml").arguments(besides: []) == ["--rules=none"])
  }

  @Test func `a file may have as many rules of one's own as the command line`() throws {
    let rules = (0..<64).map { "  - name=r\($0),port=5,bytes=\(String(1000 + $0))" }
    let file = try OptionsFile(text: "rules: none\nrule:\n" + rules.joined(separator: "\n"), path: "f.yaml")
    #expect(file.arguments(besides: []).count == 65)
    // Four shapes on a port leave no room for the rule sets', which are left out.
    let shapes = ["00", "0000", "000000", "00000000"].enumerated().map { "  - name=s\($0),port=3842,bytes=\($1)" }
    #expect(throws: Never.self) {
      try OptionsFile(text: "rule:\n" + shapes.joined(separator: "\n"), path: "f.yaml")
    }
  }

  @Test func `an empty file says nothing`() throws {
    #expect(try OptionsFile(text: "# nothing\n", path: "f.yaml").arguments(besides: []).isEmpty)
  }

  @Test(arguments: [
    ("mode: fast", "f.yaml:1: mode can't be used"),
    ("mode: copy\nframes: many", "f.yaml:2: frames can't be used"),
    ("mode: copy\n\nspeed: 3", "f.yaml:3: speed is no option"),
    ("busy-poll: maybe", "f.yaml:1: busy-poll can't be used"),
    ("mode: [copy, generic]", "f.yaml:1: mode can't be used"),
    ("rule:\n  - name=a", "f.yaml:1: rule can't be used"),
    ("- mode", "f.yaml:1: it holds no options"),
    ("interval: 0", "f.yaml:1: interval can't be used"),
    ("mode: copy\nframes: 100", "f.yaml:2: frames can't be used"),
    ("rule:\n  - name=a,port=1,bytes=00\n  - name=a,port=2,bytes=00", "f.yaml:1: rule can't be used"),
    ("oui: 00:11:22\nany-oui: true", "f.yaml: its options exclude each other"),
    ("mode: copy\n---\nmode: generic", "f.yaml:2: it is no YAML"),
    ("rule: [[[[[[[[[[[[x]]]]]]]]]]]]", "f.yaml:1: it is no YAML"),
    ("config: other.yaml", "f.yaml:1: config is no option"),
  ])
  func `what is wrong is told with file and line`(text: String, what: String) {
    let error = #expect(throws: ReflectorError.self) { try OptionsFile(text: text, path: "f.yaml") }
    #expect(error?.kind == .configuration)
    #expect(error?.what == what)
    #expect(error?.description.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
  }

  @Test(arguments: ["mode: copy\nmode: generic", "mode: 'copy", "a: b: c"])
  func `what is no YAML is refused`(text: String) {
    let error = #expect(throws: ReflectorError.self) { try OptionsFile(text: text, path: "f.yaml") }
    #expect(error?.kind == .configuration)
    #expect(error?.description.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
  }

  @Test func `a file that isn't there is told`() {
    let error = #expect(throws: ReflectorError.self) { try OptionsFile(path: "/nonexistent/f.yaml") }
    #expect(error?.kind == .configuration)
    #expect(error?.why.contains("ENOENT") == true)
  }

  @Test func `a long file is read to its end, one that is too long is refused`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "options-\(UUID()).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let remarks = String(repeating: "# A remark of forty columns, or nearly so.\n", count: 2000)
    try (remarks + "mode: copy\n").write(toFile: path, atomically: false, encoding: .utf8)
    #expect(try OptionsFile(path: path).arguments(besides: []) == ["--mode=copy"])
    try String(repeating: remarks, count: 20).write(toFile: path, atomically: false, encoding: .utf8)
    let error = #expect(throws: ReflectorError.self) { try OptionsFile(path: path) }
    #expect(error?.kind == .configuration)
    #expect(error?.why.contains("EFBIG") == true)
  }
}
