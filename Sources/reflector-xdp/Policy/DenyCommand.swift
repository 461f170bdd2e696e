import ArgumentParser
import ReflectorCore
import ReflectorXDP

struct DenyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "List or change the sources that a running reflector doesn't answer.",
    discussion: """
      Networks, and MAC addresses: such as that of another reflector. Where several networks have an address, allowed \
      and denied ones, the longest prefix decides. A change is whole or not at all.
      """,
    subcommands: [List.self, Add.self, Remove.self, Clear.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the networks and MAC addresses that are denied.")
    @OptionGroup var options: EditOptions

    func run() throws {
      let report = DenyReport(options.target.interface, try options.read().policy)
      options.print(report) { report.text }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Deny networks or MAC addresses.")
    @OptionGroup var options: EditOptions

    @Argument(help: "Networks or MAC addresses, such as 192.0.2.0/24 or 00:c0:17:00:00:01.")
    var entries: [String] = []

    @OptionGroup var more: EntryOptions

    func run() throws {
      let new = try more.entries(entries, DeniedEntry.init(argument:))
      try options.edit { (state) throws(ReflectorError) in
        try state.deny(new.flatMap(\.networks), new.compactMap(\.mac))
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take networks or MAC addresses out of those denied.")
    @OptionGroup var options: EditOptions

    @Argument(help: "Networks or MAC addresses, as they are listed.")
    var entries: [String] = []

    @OptionGroup var more: EntryOptions

    func run() throws {
      let old = try more.entries(entries, DeniedEntry.init(argument:))
      try options.edit { (state) throws(ReflectorError) in
        try state.undeny(old.flatMap(\.networks), old.compactMap(\.mac))
      }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Deny nobody any more.")
    @OptionGroup var options: EditOptions

    func run() throws {
      try options.edit { (state) throws(ReflectorError) in
        state.policy.deniedSources = []
        state.policy.deniedMACs = []
      }
    }
  }
}
