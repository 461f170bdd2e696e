import Foundation
import ReflectorCore
import ReflectorXDP
import Testing

@testable import reflector_xdp

struct ConfigurationFileTests {
  private func file(_ text: String) throws -> ConfigurationFile {
    try ConfigurationFile(text: text, path: "f.yaml")
  }

  private func arguments(_ text: String, besides given: [String] = []) throws -> [String] {
    try file(text).arguments(besides: CommandLineOptions(given))
  }

  private func options(_ text: String, _ arguments: String...) throws -> EffectiveOptions {
    try EffectiveOptions(["eth0"] + arguments, file(text))
  }

  /// `line what: why` of each problem.
  private func problems(_ text: String) -> [String] {
    do {
      _ = try file(text)
      return []
    } catch {
      return (error as? ConfigurationFailure)?.problems.map { "\($0.line ?? 0) \($0.what): \($0.why)" } ?? ["\(error)"]
    }
  }

  @Test func `each entry becomes the option that it names`() throws {
    let text = """
      # A comment.
      mode: copy
      queues: 0-3
      port: 5000
      busy-poll: true
      huge-pages: false
      rule:
        - name=a,port=1,bytes=00
        - name=b,port=2,bytes=01
      """
    #expect(try arguments(text) == ["--mode=copy", "--queues=0-3", "--port=5000", "--busy-poll"])
    #expect(try options(text).command.policy.rule.map(\.name) == ["a", "b"])
  }

  @Test func `options on the command line win, also over a list`() throws {
    let text = "mode: copy\noui: 00:11:22\nrule: name=a,port=1,bytes=00\nbatch: 8"
    #expect(try arguments(text, besides: ["eth0", "--mode", "generic", "--any-oui"]) == ["--batch=8"])
    #expect(try arguments(text, besides: ["--mode=auto", "--oui=00:00:01"]) == ["--batch=8"])
    #expect(try options(text).command.policy.rule.map(\.name) == ["a"])
    let both = try options(text, "--rule", "name=b,port=2,bytes=01", "--batch=9")
    #expect(both.command.policy.rule.map(\.name) == ["b"] && both.command.datapath.batch == 9)
  }

  @Test func `lists are lists, and words between commas too`() throws {
    let lists = "queues: [0-2, 5]\ncpus: [3, 1]\nrules:\n  - ito\n  - y1564\ntune: true\ntune-skip: [rss, pause]"
    #expect(
      try arguments(lists) == [
        "--queues=0-2,5", "--cpus=3,1", "--rules=ito,y1564", "--tune", "--tune-skip=rss,pause",
      ])
    #expect(try arguments("queues: 0-2,5\nrules: ito") == ["--queues=0-2,5", "--rules=ito"])
    #expect(try options("rule: []").command.policy.rule.isEmpty)
  }

  @Test func `a rule may be a mapping, whose signature may have a comma`() throws {
    let rules = try options(
      """
      rule:
        - {name: probe, port: 5000, offset: 3, bytes: "text:A,B"}
        - name: any
          port: any
          bytes: 50524042
        - name=text,port=1,bytes=text:X
      """
    ).command.policy.rule
    #expect(
      rules.map(\.description) == [
        "name=probe,port=5000,offset=3,bytes=412c42", "name=any,port=any,offset=0,bytes=50524042",
        "name=text,port=1,offset=0,bytes=58",
      ])
    #expect(try options("rule: {name: one, port: 1, bytes: 00}").command.policy.rule.map(\.name) == ["one"])
  }

  @Test func `rules none is good: the command line may have a rule`() throws {
    #expect(try arguments("rules: none\n...") == ["--rules=none"])
  }

  @Test func `a file may have as many rules of one's own as the command line`() throws {
    let rules = (0..<64).map { "  - name=r\($0),port=5,bytes=\(String(1000 + $0))" }
    #expect(try file("rules: none\nrule:\n" + rules.joined(separator: "\n")).entries[1].items.count == 64)
    #expect(problems("rule:\n" + (rules + ["  - name=x,port=5,bytes=00"]).joined(separator: "\n")).count == 1)
    // Four shapes on a port leave no room for the rule sets', which may be left out.
    let shapes = ["00", "0000", "000000", "00000000"].enumerated().map { "  - name=s\($0),port=3842,bytes=\($1)" }
    #expect(throws: Never.self) { try file("rule:\n" + shapes.joined(separator: "\n")) }
  }

  @Test(arguments: ["# nothing\n", "", "~", "---\n...\n"])
  func `an empty file says nothing`(text: String) throws {
    #expect(try file(text).entries.isEmpty)
  }

  @Test(arguments: [
    ("mode: fast", "1 mode can't be used: 'fast' is not allowed; auto, zero-copy, copy or generic can be used"),
    (
      "mode: zerocopy",
      "1 mode can't be used: 'zerocopy' is not allowed; is zero-copy meant? auto, zero-copy, copy or generic can be used"
    ),
    (
      "mode: copy\nframes: many",
      "2 frames can't be used: 'many' is not allowed; a power of two from 64 to 65536 can be used"
    ),
    (
      "mode: copy\nframes: 100",
      "2 frames can't be used: '100' is not allowed; a power of two from 64 to 65536 can be used"
    ),
    (
      "batch: '8'",
      "1 batch can't be used: '8' is a text because of its quotes; without them, 1 to 256 can be used"
    ),
    ("batch: 0", "1 batch can't be used: '0' is not allowed; 1 to 256 can be used"),
    (
      "batch: 99999999999999999999",
      "1 batch can't be used: '99999999999999999999' is not allowed; 1 to 256 can be used"
    ),
    ("spin: 1.5", "1 spin can't be used: '1.5' is not allowed; 0 to 1000000 microseconds can be used"),
    ("port: -1", "1 port can't be used: '-1' is not allowed; 0 to 65535 can be used"),
    ("mode: copy\n\nbusy_poll: true", "3 busy_poll is no option: is busy-poll meant?"),
    ("--mode: copy", "1 --mode is no option: is mode meant?"),
    ("busy-poll: maybe", "1 busy-poll can't be used: 'maybe' is not allowed; true or false can be used"),
    ("busy-poll: yes", "1 busy-poll can't be used: 'yes' is not allowed; true or false can be used"),
    (
      "mode: [copy, generic]",
      "1 mode can't be used: a list stands there; a value can be used: auto, zero-copy, copy or generic"
    ),
    ("batch: {a: 1}", "1 batch can't be used: a mapping stands there; a value can be used: 1 to 256"),
    ("batch:\nmode: copy", "1 batch can't be used: it has no value; 1 to 256 can be used"),
    (
      "rules: [ito, rfc2554]",
      "1 rules can't be used: 'rfc2554' is not allowed; is rfc2544 meant? "
        + "one or more of ito, rfc2544, y1564; or none can be used"
    ),
    ("queues: [0-2, 2]", "1 queues can't be used: queue 2 is named twice"),
    (
      "queues:\n  - 0\n  - x",
      "3 queues can't be used: 'x' is no queue number and no range of them; write a list such as 0-3,5"
    ),
    ("queues: []", "1 queues can't be used: the list is empty"),
    (
      "rule:\n  - name=a",
      "2 rule can't be used: rule without bytes=: name, port and bytes are required, "
        + "offset is 0 if not given"
    ),
    ("rule:\n  - name: a\n    prt: 5", "3 rule can't be used: a rule has no prt; is port meant?"),
    ("rule:\n  - name: a\n    port:", "3 rule can't be used: port of a rule has no value that is a text or a number"),
    (
      "rule:\n  - name=a,port=1,bytes=00\n  - name=a,port=2,bytes=00",
      "1 rule can't be used: two rules are called \"a\": each needs a name of its own"
    ),
    ("- mode", "1 it holds no options: a mapping is allowed, such as mode: copy"),
    ("interval: 0", "1 interval can't be used: '0' is not allowed; 0.1 to 86400 seconds can be used"),
    ("duration: 0", "1 duration can't be used: '0' is not allowed; above 0 and up to 1000000000 seconds can be used"),
    (
      "duration: .inf",
      "1 duration can't be used: '.inf' is not allowed; above 0 and up to 1000000000 seconds can be used"
    ),
    ("oui: 00:11", "1 oui can't be used: three bytes such as 00:c0:17 are allowed"),
    ("oui: 00:11:22\nany-oui: true", "2 any-oui can't be used: --oui and --any-oui exclude each other"),
    (
      "tune-profile: latency",
      "1 tune-profile can't be used: "
        + "--tune-profile and --tune-skip say how to --tune, which is missing"
    ),
    ("mode: copy\n---\nmode: generic", "2 it is no YAML: a second document begins: one is allowed"),
    ("rule: [[[[[[[[[[[[x]]]]]]]]]]]]", "1 it is no YAML: it is nested too deeply"),
    ("mode: &a copy", "1 it is no YAML: anchors, aliases and tags are not allowed"),
    ("mode: !!str copy", "1 it is no YAML: anchors, aliases and tags are not allowed"),
    ("mode: *a", "1 it is no YAML: anchors, aliases and tags are not allowed"),
    ("mode: copy\nmode: generic", "2 mode stands twice: it stands in line 1 too; each option is allowed once"),
  ])
  func `what is wrong is told with its line, and with what is allowed`(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func `a key like no other is told which there are`() {
    let problem = problems("wombat: 3").first ?? ""
    #expect(problem.hasPrefix("1 wombat is no option: allowed are "))
    for key in ConfigurationTable.keys { #expect(problem.contains(key.name)) }
    #expect(problems("config: other.yaml").count == 1 && problems("help: true").count == 1)
  }

  @Test func `all that is wrong is told at once, in the order of the file`() throws {
    let failure = try #require(throws: ConfigurationFailure.self) {
      try file("mode: fast\nspeed: 3\nbatch: 8\nrule:\n  - name=a\n  - name=b\nbatch: 300")
    }
    #expect(failure.problems.map(\.line) == [1, 2, 5, 6, 7])
    #expect(failure.lines.count == 5 && failure.lines[0].hasPrefix("f.yaml:1: mode can't be used: 'fast'"))
    #expect(failure.error.kind == .configuration)
    #expect(
      failure.text.split(separator: "\n").suffix(3) == [
        "f.yaml can't be used", "there are 5 mistakes in it, named above",
        "mend them and look again: reflector-xdp config check f.yaml",
      ])
  }

  @Test(arguments: ["mode: 'copy", "a: b: c", "mode: \u{1}", "\t- x"])
  func `what is no YAML is refused in three lines`(text: String) throws {
    let failure = try #require(throws: ConfigurationFailure.self) { try file(text) }
    #expect(failure.error.kind == .configuration && failure.lines.isEmpty)
    #expect(failure.problems.first?.line == 1)
    #expect(failure.text.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
  }

  @Test func `a file that isn't there is told`() throws {
    let failure = try #require(throws: ConfigurationFailure.self) { try ConfigurationFile(path: "/nonexistent/f.yaml") }
    #expect(failure.error.what == "/nonexistent/f.yaml: it can't be read" && failure.error.why.contains("ENOENT"))
  }

  @Test func `a long file is read to its end, one that is too long is refused`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "options-\(UUID()).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let remarks = String(repeating: "# A remark of forty columns, or nearly so.\n", count: 2000)
    try (remarks + "mode: copy\n").write(toFile: path, atomically: false, encoding: .utf8)
    #expect(try ConfigurationFile(path: path).entries.map(\.line) == [2001])
    try String(repeating: remarks, count: 200).write(toFile: path, atomically: false, encoding: .utf8)
    let failure = try #require(throws: ConfigurationFailure.self) { try ConfigurationFile(path: path) }
    #expect(failure.error.why.contains("EFBIG"))
  }

  /// Neither a crash nor a message without a place: whatever a hand or a disk makes of a file.
  @Test func `a spoilt file is refused with lines that it has, or it is good`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed: seed)
    let whole = Array(
      """
      rules: [ito, rfc2544]
      rule:
        - {name: probe, port: 5000, bytes: "text:PROBE"}
      allow:
        - 192.0.2.0/24
      deny: [::1, "00:c0:17:00:00:01"]
      source-rate: 500k
      queues: [0-3, 5]
      busy-poll: true
      interval: 0.5
      """.utf8)
    var refused = 0
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(Array(" :-[]{}\n\"'#&*!|>%@,?09".utf8).randomElement(using: &random) ?? 0, at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
      do throws(ConfigurationFailure) {
        _ = try ConfigurationFile(text: text, path: "f.yaml")
      } catch {
        refused += 1
        for problem in error.problems {
          // libyaml's place may be the end, a line after the last.
          let line = try #require(problem.line, "\(problem) seed \(seed): \(text)")
          #expect((1...lines + 1).contains(line) && !problem.why.isEmpty, "\(problem) seed \(seed): \(text)")
          #expect(!"\(problem.what)\(problem.why)".contains("\n"), "seed \(seed): \(problem)")
        }
      }
    }
    #expect(refused > 100, "seed \(seed)")
  }
}
