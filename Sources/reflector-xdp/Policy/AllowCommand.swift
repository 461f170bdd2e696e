import ArgumentParser
import ReflectorCore
import ReflectorXDP

struct AllowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow", abstract: "List or change the networks that a running reflector answers.",
    discussion: """
      With no network allowed any source with the OUI gets an answer, and with --any-oui those in the interface's own \
      networks. A change is whole or not at all.
      """,
    subcommands: [List.self, Add.self, Remove.self, Clear.self])

  struct Which: ParsableArguments {
    @Flag(help: "The networks of destinations that it answers for, rather than those of sources.")
    var destination = false
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the networks that are allowed.")
    @OptionGroup var options: EditOptions
    @OptionGroup var which: Which

    func run() throws {
      let report = AllowReport(options.target.interface, try options.read())
      options.print(report) { report.text(destinations: which.destination) }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Allow networks.")
    @OptionGroup var options: EditOptions
    @OptionGroup var which: Which

    @Argument(help: "Networks or addresses, such as 192.0.2.0/24 or 2001:db8::1; any for all.")
    var networks: [String] = []

    @OptionGroup var more: EntryOptions

    func run() throws {
      let new = try more.entries(networks, NetworkList.init(argument:)).flatMap(\.networks)
      try options.edit { (state) throws(ReflectorError) in
        if which.destination { try state.allow(destinations: new) } else { try state.allow(new) }
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take networks out of those that are allowed.")
    @OptionGroup var options: EditOptions
    @OptionGroup var which: Which

    @Argument(help: "Networks, as they are listed; any for all addresses.")
    var networks: [String] = []

    @OptionGroup var more: EntryOptions

    func run() throws {
      let old = try more.entries(networks, NetworkList.init(argument:)).flatMap(\.networks)
      try options.edit { (state) throws(ReflectorError) in
        if which.destination { try state.disallow(destinations: old) } else { try state.disallow(old) }
      }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take all networks out of those that are allowed.")
    @OptionGroup var options: EditOptions
    @OptionGroup var which: Which

    func run() throws {
      try options.edit { (state) throws(ReflectorError) in
        if which.destination { state.policy.allowedDestinations = [] } else { state.policy.allowedSources = [] }
      }
    }
  }
}
