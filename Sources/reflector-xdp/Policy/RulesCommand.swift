import ArgumentParser
import ReflectorCore
import ReflectorXDP

struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "List or change the rules of a running reflector.",
    discussion: """
      A change is in force for all frames at once, or not at all when something is wrong with it. Rules that stay keep \
      their counters.
      """,
    subcommands: [List.self, Add.self, Remove.self, Clear.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the rules, in the order in which they are tried.")
    @OptionGroup var options: EditOptions

    func run() throws {
      let report = RuleReport(options.target.interface, try options.read().rules)
      options.print(report) { report.text }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add rules, after those that are there.")
    @OptionGroup var options: EditOptions

    @Argument(help: "Rules as for attach --rule, name=…,port=…,offset=…,bytes=…, or names of rule sets.")
    var rules: [String] = []

    @Option(help: ArgumentHelp("UDP destination port of the rule sets; 0 for any.", valueName: "number"))
    var port: UInt16 = Configuration.defaultPort

    @OptionGroup var more: EntryOptions

    func run() throws {
      let new = try more.entries(rules, parse).flatMap(\.self)
      try options.edit { (state) throws(ReflectorError) in try state.add(new) }
    }

    private func parse(_ text: String) throws -> [Rule] {
      if let set = RuleSet(rawValue: text) { return set.rules(port: port) }
      guard text.contains("=") else {
        let sets = RuleSet.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(text)' is no rule; name=…,port=…,bytes=… or a rule set is allowed: \(sets)")
      }
      do {
        return [try Rule(parsing: text)]
      } catch {
        throw ValidationError("\(error)")
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove rules.")
    @OptionGroup var options: EditOptions

    @Argument(help: "Names of rules, or of a rule set for all of its rules.")
    var names: [String]

    func run() throws {
      try options.edit { (state) throws(ReflectorError) in try state.remove(rules: names) }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove all rules: nothing is reflected any more.")
    @OptionGroup var options: EditOptions

    func run() throws {
      try options.edit { (state) throws(ReflectorError) in state.rules = [] }
    }
  }
}
