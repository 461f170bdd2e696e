import ArgumentParser
import Foundation
import Testing

@testable import reflector_xdp

/// What is documented exists, and what exists is documented: no option stands in the manual page that the
/// command doesn't have, and the other way round.
struct ManualPageTests {
  private static let commands: [any ParsableCommand.Type] = [
    AttachCommand.self, StatsCommand.self, FlowsCommand.self, RulesCommand.self, AllowCommand.self, DenyCommand.self,
    LimitsCommand.self, ListCommand.self, DoctorCommand.self, TuneCommand.self, LabCommand.self, BenchCommand.self,
    ConfigCommand.self, ReloadCommand.self,
  ]
  fileprivate static let names = [
    "attach", "stats", "flows", "rules", "allow", "deny", "limits", "list", "doctor", "tune", "lab", "bench", "reload",
  ]

  @Test(arguments: names)
  func `the options of --help are those of the manual page`(name: String) throws {
    let command = try #require(Self.commands.first { $0.configuration.commandName == name })
    let page = try String(contentsOf: Repository.root.appending(path: "docs/reflector-xdp.8"), encoding: .utf8)
    let documented = ManualPage(page).options(of: name)
    let help = Self.help(of: command, columns: 200)
    let helped = Self.options(inHelp: help)
    #expect(helped.count >= 4, "no options found in:\n\(help)")
    #expect(documented == helped, "only one of them has \(documented.symmetricDifference(helped).sorted())")
  }

  @Test(arguments: names)
  func `defaults in --help are those of the manual page`(name: String) throws {
    let command = try #require(Self.commands.first { $0.configuration.commandName == name })
    let page = try String(contentsOf: Repository.root.appending(path: "docs/reflector-xdp.8"), encoding: .utf8)
    let documented = ManualPage(page).defaults(of: name)
    let helped = Self.defaults(inHelp: Self.help(of: command, columns: 400))
    #expect(!helped.isEmpty)
    for (option, value) in helped {
      // Seconds are 60.0 in the code and 60 for people.
      let seconds = Double(value).map { $0 == documented[option].flatMap(Double.init) } ?? false
      #expect(documented[option] == value || seconds, "\(option): \(documented[option] ?? "none") and \(value)")
    }
  }

  /// Of a command with commands of its own: theirs, one after the other.
  private static func help(of command: any ParsableCommand.Type, columns: Int) -> String {
    ([command] + command.configuration.subcommands).map { ReflectorCommand.helpMessage(for: $0, columns: columns) }
      .joined(separator: "\n")
  }

  private static func defaults(inHelp help: String) -> [String: String] {
    let found = help.matches(of: /(?m)^  (--[a-z-]+) .*(?:\(|; )default: ([^)]*)\)/)
    return Dictionary(found.map { (String($0.output.1), String($0.output.2)) }) { $1 }
  }

  @Test func `every subcommand is in the manual page and here`() throws {
    let names = Self.names(ReflectorCommand.configuration.subcommands)
    #expect(names == Self.names(Self.commands))
    let page = try String(contentsOf: Repository.root.appending(path: "docs/reflector-xdp.8"), encoding: .utf8)
    for name in names { #expect(page.contains("\n.Ss reflector-xdp \(name)\n"), "no section on \(name)") }
  }

  @Test func `every option of attach is in README's table, and no other`() throws {
    let readme = try String(contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "### Options of `attach`"))
    let table = readme[start.upperBound...].prefix { $0 != "#" }.split(separator: "\n").filter { $0.hasPrefix("| `--") }
    let documented = table.reduce(into: Set<String>()) { options, row in
      options.formUnion(row.split(separator: "|")[0].matches(of: /--[a-z-]+/).map { String($0.output) })
    }
    let helped = Self.options(inHelp: ReflectorCommand.helpMessage(for: AttachCommand.self, columns: 200)).subtracting([
      "--help", "--version",
    ])
    #expect(documented == helped, "only one of them has \(documented.symmetricDifference(helped).sorted())")
  }

  /// A closure and not a key path: with one, Swift 6.3.1 crashes over a metatype of a protocol's.
  private static func names(_ commands: [any ParsableCommand.Type]) -> Set<String> {
    Set(commands.compactMap { $0.configuration.commandName })
  }

  /// Those at the start of a line, where the parser prints an option's own entry.
  private static func options(inHelp help: String) -> Set<String> {
    Set(help.matches(of: /(?m)^  (?:-[a-z], )?(--[a-z-]+)/).map { String($0.output.1) })
  }
}

/// The options of a manual page in mdoc: `.It Fl \-name` in a section `Options of attach and stats: …`.
struct ManualPage {
  private var options: [String: Set<String>] = [:]
  private var defaults: [String: [String: String]] = [:]

  init(_ text: String) {
    var commands: [String] = []
    var option: String?
    let lines = text.split(separator: "\n")
    for (line, next) in zip(lines, lines.dropFirst() + [""]) {
      if let option, line.hasPrefix("Default:") {
        let value = (line.hasSuffix(":") ? next.dropFirst(".Cm".count) : line.dropFirst("Default:".count))
          .filter { !" \\".contains($0) }
        let text = value.hasSuffix(".") ? String(value.dropLast()) : value
        for command in commands { defaults[command, default: [:]][option] = text }
      }
      if line.hasPrefix(".Sh ") {
        commands = []
      } else if line.hasPrefix(".Ss ") {
        commands = Self.commands(inHeading: line)
      } else if let entry = line.firstMatch(of: /^\.It Fl (?:h , )?\\-([a-z\\-]+)/) {
        let name = "--" + entry.output.1.filter { $0 != "\\" }
        for command in commands { options[command, default: []].insert(name) }
        option = name
      }
    }
  }

  func options(of command: String) -> Set<String> { options[command] ?? [] }
  func defaults(of command: String) -> [String: String] { defaults[command] ?? [:] }

  private static func commands(inHeading line: Substring) -> [String] {
    let all = ManualPageTests.names
    guard line.hasPrefix(".Ss Options of ") else { return [] }
    if line.hasPrefix(".Ss Options of all of them") { return all }
    let named = line.prefix { $0 != ":" }.split { !$0.isLetter }.map(String.init)
    return all.filter(named.contains)
  }
}
