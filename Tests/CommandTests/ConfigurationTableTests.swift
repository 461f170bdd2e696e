import ArgumentParser
import ReflectorXDP
import Testing

@testable import reflector_xdp

/// The table of keys against the options of `attach`: what one has the other has.
struct ConfigurationTableTests {
  @Test func `every option of attach is a key, and every key an option`() {
    let options = Set(OptionHelp.ofAttach.map(\.name)).subtracting(ConfigurationTable.notInFiles).subtracting([""])
    #expect(options.count > 20)
    let keys = Set(ConfigurationTable.keys.map(\.name))
    #expect(keys == options, "only one of them has \(keys.symmetricDifference(options).sorted())")
    #expect(ConfigurationTable.keys.count == keys.count)
  }

  @Test(arguments: ConfigurationTable.keys.map(\.name))
  func `a key is what its option is, and has its words`(name: String) throws {
    let key = try #require(ConfigurationTable.key(name))
    let help = try #require(OptionHelp.of(name))
    #expect(key.isFlag == help.isFlag && key.isRepeatable == help.isRepeatable)
    #expect((key.assign != nil) == key.isRepeatable, "a long list goes round the parser, and nothing else")
    #expect(help.abstract.hasSuffix(".") && !help.abstract.contains("(default"))
    #expect(!key.form.allowed.isEmpty)
  }

  /// A value for each key that isn't the default.
  private static let others = [
    "reflect": "mac", "rules": "ito", "rule": "name=a,port=1,offset=0,bytes=00", "port": "7", "oui": "00:11:22",
    "any-oui": "true", "allow": "192.0.2.0/24", "deny": "00:c0:17:01:02:03", "allow-destination": "2001:db8::/32",
    "refused": "pass", "flows": "2048", "source-rate": "7k", "source-bits": "7M", "total-rate": "7", "total-bits": "7G",
    "burst": "70", "loop-guard": "off", "storm": "7M", "hold-off": "7", "mode": "copy", "datapath": "kernel",
    "queues": "1", "cpus": "0", "spread": "2",
    "frames": "128", "chunk-size": "2048", "huge-pages": "true", "busy-poll": "true", "spin": "7", "batch": "7",
    "tune": "true", "tune-profile": "latency", "tune-skip": "rss", "netns": "lab", "pin-dir": "/sys/fs/bpf/x",
    "duration": "7", "interval": "7", "format": "csv", "log-level": "debug",
  ]

  @Test(arguments: ConfigurationTable.keys.map(\.name))
  func `a value arrives at the command, and nowhere else`(name: String) throws {
    let value = try #require(Self.others[name], "give it a value that isn't its default")
    let tune = name.hasPrefix("tune-") ? "tune: true\n" : ""
    let file = try ConfigurationFile(text: tune + "\(name): \(value)", path: "f.yaml")
    let options = try EffectiveOptions(["eth0"], file)
    for key in ConfigurationTable.keys where tune.isEmpty || key.name != "tune" {
      let values = key.values(options.command)
      if key.name == name {
        #expect(values == [value] && values != key.standard)
        #expect(options.source(of: key) == .file("f.yaml", line: tune.isEmpty ? 1 : 2))
      } else if !(name == "any-oui" && key.name == "oui") {
        #expect(values == key.standard, "\(key.name)")
        #expect(options.source(of: key) == .standard)
      }
    }
  }

  /// Whether the command line takes that value.
  private static func isTaken(_ name: String, _ text: String) -> Bool {
    let beside = [
      "tune-skip": ["--tune"], "tune-profile": ["--tune"], "spread": ["--datapath=kernel"],
      "rules": ["--rule=name=x,port=1,bytes=00"],
    ]
    let arguments = ["eth0"] + (beside[name] ?? []) + ["--\(name)=\(text)"]
    return (try? AttachCommand.parse(arguments).settings.validate()) != nil
  }

  @Test func `the words and bounds are those of the parser`() throws {
    for key in ConfigurationTable.keys {
      for (text, isGood) in key.form.samples {
        let fault = key.form.fault(in: text)
        #expect((fault == nil) == isGood, "\(key.name) \(text)")
        #expect(Self.isTaken(key.name, text) == isGood, "\(key.name) \(text): one of file and command line takes it")
      }
    }
  }

  @Test(arguments: [
    ("bsy-poll", "busy-poll"), ("BusyPoll", "busy-poll"), ("busy_poll", "busy-poll"), ("que", nil), ("rulez", "rules"),
    ("moed", "mode"), ("chunksize", "chunk-size"), ("", nil), ("loglevel", "log-level"), ("zzz", nil),
  ])
  func `what is near is guessed, and nothing else`(text: String, word: String?) {
    #expect(Nearest.word(to: text, among: ConfigurationTable.keys.map(\.name)) == word)
  }
}

extension ConfigurationKey.Form {
  /// Values at the ends, and beyond them.
  fileprivate var samples: [(String, Bool)] {
    switch self {
    case .word(let words): words.map { ($0, true) } + [("no-such-word", false), ("", false)]
    case .words(let words, let alone):
      words.map { ($0, true) } + [(words.joined(separator: ","), true), ("x", false), ("\(words[0]),", false)]
        + (alone.map { [($0, true), ("\(words[0]),\($0)", false)] } ?? [])
    case .rate(let range, _):
      [
        ("none", true), ("\(range.lowerBound)", true), ("\(range.upperBound / 1_000_000_000)G", true), ("7k", true),
        ("\(range.lowerBound - 1)", false), ("\(range.upperBound + 1)", false), ("7T", false), ("", false),
        ("0.5", false), ("-7", false),
      ]
    case .whole(let range, _, let other):
      [
        ("\(range.lowerBound)", true), ("\(range.upperBound)", true), ("\(range.lowerBound - 1)", false), ("x", false),
        ("1.5", false), ("", false),
      ] + (other.map { [("\($0)", true)] } ?? [])
    case .choice(let numbers, _): numbers.map { ("\($0)", true) } + [("1", false), ("4097", false), ("x", false)]
    case .decimal(let range, let isFromFirst, _):
      [
        ("\(range.lowerBound)", isFromFirst), ("\(range.upperBound)", true), ("\(range.upperBound * 2)", false),
        ("nan", false), ("x", false),
      ]
    case .indices: [("0", true), ("0-3,5", true), ("3-1", false), ("x", false), ("", false)]
    case .flag, .text, .list, .rules: []
    }
  }
}
