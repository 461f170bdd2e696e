import ArgumentParser
import Logging
import ReflectorXDP

/// Has a running reflector go by its configuration file as that is now.
struct Reloading {
  private let arguments: [String]
  private let log: Logger
  /// Those in force.
  private(set) var options: EffectiveOptions

  /// - Parameter arguments: those of `attach`, which stay what they were.
  init(_ arguments: [String], _ options: EffectiveOptions, log: Logger) {
    self.arguments = arguments
    self.options = options
    self.log = log
  }

  /// What is wrong is logged, and nothing is changed then.
  ///
  /// - Parameters:
  ///   - cpus: those that the reflector was given where the options name none.
  ///   - program: whether the XDP program is replaced, too.
  mutating func reload(_ reflector: Reflector, cpus: [Int]?, program: Bool) {
    do {
      try reflector.reloading {
        let next = try EffectiveOptions(arguments)
        // Before the settings, which then are what they were if it fails.
        if program {
          try reflector.renewProgram()
          log.notice("the XDP program was replaced")
        }
        for line in try apply(next, to: reflector, cpus: cpus) { log.notice("\(line)") }
        options = next
      }
    } catch {
      let text = (error as? ConfigurationFailure)?.text ?? Self.text(error)
      for line in text.split(separator: "\n") { log.error("\(line)") }
      log.error("not reloaded: the settings are what they were before")
    }
  }

  private static func text(_ error: any Error) -> String {
    (error as? ReflectorError)?.description ?? AttachCommand.message(for: error)
  }

  /// - Returns: what to say of it.
  private func apply(_ next: EffectiveOptions, to reflector: Reflector, cpus: [Int]?) throws -> [String] {
    guard let file = next.file else {
      if let former = options.file { throw Self.gone(former) }
      return ["SIGHUP: there is no configuration file to read; nothing has changed"]
    }
    var settings = try next.validated()
    let fixed = ConfigurationTable.keys.filter { key in
      key.effect == .restart && key.values(next.command) != key.values(options.command)
    }
    guard fixed.isEmpty else { throw needsRestart(fixed, next, file) }
    settings.cpus = settings.cpus ?? cpus
    let changes = try reflector.apply(settings)
    return ["reloaded \(file.path)" + (changes.isEmpty ? ": nothing has changed" : "")] + changes
  }

  private static func gone(_ file: ConfigurationFile) -> ReflectorError {
    ReflectorError(
      .configuration, what: "\(file.path) is gone", why: "its settings are in force, and it isn't there any more",
      remedy: "put it back; an empty one stands for the defaults")
  }

  private func needsRestart(
    _ keys: [ConfigurationKey], _ next: EffectiveOptions, _ file: ConfigurationFile
  ) -> ConfigurationFailure {
    ConfigurationFailure(
      path: file.path,
      keys.map { key in
        let (old, new) = (key.values(options.command), key.values(next.command))
        return .init(
          line: file.entry(key.name)?.line, what: "\(key.name) needs a restart",
          why: "it is \(ConfigurationText.words(old)), and the file has \(ConfigurationText.words(new)) now; "
            + "restart attach, or put it back")
      })
  }
}
