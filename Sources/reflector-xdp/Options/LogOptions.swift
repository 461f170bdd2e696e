import ArgumentParser
import Logging

/// How much is logged, on stderr.
struct LogOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How much is logged, on stderr.", valueName: "level"))
  var logLevel: Logger.Level = .info

  /// The command's logger.
  func logger() -> Logger {
    var log = Logger(label: "reflector-xdp") { _ in StderrLogHandler() }
    log.logLevel = logLevel
    return log
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
