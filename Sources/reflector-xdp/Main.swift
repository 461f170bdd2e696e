import ArgumentParser
import Glibc
import ReflectorXDP

/// The command: `reflector-xdp attach eth0`.
struct ReflectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflector-xdp",
    abstract: "Sends test frames back where they came from, at line rate; all else goes to the host's stack.",
    discussion: """
      Exit status: 0 done, 1 doctor found a failure, 64 usage, 65 bad configuration, 66 no such interface, \
      69 the mode asked for can't be had, 71 the system refused, 75 busy, 77 no permission.
      """,
    version: "0.1.0",
    subcommands: [
      AttachCommand.self, StatsCommand.self, FlowsCommand.self, RulesCommand.self, AllowCommand.self, DenyCommand.self,
      LimitsCommand.self, ListCommand.self, DoctorCommand.self, TuneCommand.self, LabCommand.self, BenchCommand.self,
      ConfigCommand.self, ReloadCommand.self,
    ])
}

@main
enum Main {
  static func main() {
    // A reader that went away shows as EPIPE, which ends a run in order; the signal would kill it.
    signal(SIGPIPE, SIG_IGN)
    Terminal.fillStreams()
    do {
      var command = try ReflectorCommand.parseAsRoot()
      try command.run()
      if let failure = Terminal.failure { throw failure }
    } catch let error as ReflectorError {
      Terminal.error("\(error)\n")
      exit(error.kind.rawValue)
    } catch let failure as ConfigurationFailure {
      Terminal.error(failure.text)
      exit(failure.error.kind.rawValue)
    } catch {
      exitAfterParsing(error)
    }
  }

  /// Help, completion scripts and the version are no errors; the rest is a usage error, in three lines
  /// like every other.
  private static func exitAfterParsing(_ error: any Error) -> Never {
    guard ReflectorCommand.exitCode(for: error) != .success else { ReflectorCommand.exit(withError: error) }
    if let code = error as? ExitCode { exit(code.rawValue) }
    let failure = ReflectorCommand.usageFailure(error, arguments: Array(CommandLine.arguments.dropFirst()))
    Terminal.error("\(failure)\n")
    exit(failure.kind.rawValue)
  }
}

extension ReflectorCommand {
  /// A usage error in an operator's words, for the arguments that the command was called with.
  static func usageFailure(_ error: any Error, arguments: [String]) -> ReflectorError {
    let command = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let isKnown = command.map { names.contains($0) || $0 == "help" } ?? true
    let name = "reflector-xdp" + (command.map { isKnown && $0 != "help" ? " " + $0 : "" } ?? "")
    // The parser calls them arguments too many.
    let message = isKnown ? message(for: error) : "there is no command '\(command ?? "")'"
    let remedy = isKnown ? "see \(name) --help" : "the commands are \(names.joined(separator: ", "))"
    return ReflectorError(
      .usage, what: "\(name): the command line can't be used",
      why: message.split { $0.isWhitespace }.joined(separator: " "), remedy: remedy)
  }
}
