import ArgumentParser
import ReflectorXDP

/// What may be said in a configuration file, and what comes of one.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a configuration file, show the settings in effect, describe the files.",
    discussion: """
      A file holds the options of attach as YAML, with their names as keys. attach takes the one of --config, or \
      \(ConfigurationPlace.standardFolder)/INTERFACE.yaml. What changes with a reload and what needs a restart stands \
      in docs/configuration.md.
      """,
    subcommands: [
      ConfigCheckCommand.self, ConfigShowCommand.self, ConfigSchemaCommand.self, ConfigReferenceCommand.self,
    ])
}

struct ConfigCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a configuration file; says all that is wrong in it, or what it sets.",
    discussion: "Exit status 65 when something is wrong. It looks at the file only, and not at the host.")

  @Argument(help: "A file, by a path or a name with .yaml; or an interface, whose file is meant.", completion: .file())
  var target: String

  func run() throws {
    Terminal.output(try Self.text(target))
  }

  static func text(_ target: String, below folder: String = ConfigurationPlace.standardFolder) throws -> String {
    let isFile = ConfigurationPlace.isFile(target)
    let options =
      isFile ? try EffectiveOptions(["interface", "--config", target]) : try EffectiveOptions([target], below: folder)
    guard let file = options.file else { throw noFile(target, below: folder) }
    _ = try options.validated()
    return ConfigurationText.check(file, options)
  }

  private static func noFile(_ interface: String, below folder: String) -> ReflectorError {
    ReflectorError(
      .configuration, what: "there is no configuration file for \(interface)",
      why: ConfigurationPlace.standard(interface, below: folder).map { "\($0) doesn't exist" } ?? "it has no good name",
      remedy: "write one, or name a file by its path: reflector-xdp config check ./file.yaml")
  }
}

struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the settings that attach would have, and where each comes from.",
    usage: "reflector-xdp config show [--format text|json] [<options of attach>] <interface or file>",
    discussion: """
      Takes the options of attach; --format says how the settings are printed. A file is named by a path or a name \
      with .yaml.
      """)

  enum Format: String, CaseIterable {
    case text, json
  }

  /// All, in whatever order: those of `attach` are for `attach` to understand.
  @Argument(parsing: .captureForPassthrough)
  var arguments: [String] = []

  func run() throws {
    if arguments.contains("--help") || arguments.contains("-h") { throw CleanExit.helpRequest(self) }
    Terminal.output(try Self.text(arguments))
  }

  static func text(_ arguments: [String], below folder: String = ConfigurationPlace.standardFolder) throws -> String {
    let (format, rest) = try format(arguments)
    let target = try AttachCommand.parse(rest).target.interface
    let options =
      ConfigurationPlace.isFile(target)
      ? try EffectiveOptions(rest, ConfigurationFile(path: target)) : try EffectiveOptions(rest, below: folder)
    _ = try options.validated()
    return format == .json ? ConfigurationText.json(options) : ConfigurationText.show(options)
  }

  /// The option of this command, and the rest of them.
  private static func format(_ arguments: [String]) throws -> (Format, [String]) {
    var rest = arguments
    guard let index = rest.firstIndex(where: { $0 == "--format" || $0.hasPrefix("--format=") }) else {
      return (.text, rest)
    }
    let word = rest[index].split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init)
    let value = word ?? (index + 1 < rest.count ? rest[index + 1] : "")
    rest.removeSubrange(index...(word == nil ? min(index + 1, rest.count - 1) : index))
    guard let format = Format(rawValue: value) else {
      throw ValidationError("--format '\(value)': text or json is allowed")
    }
    return (format, rest)
  }
}

struct ConfigSchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of a configuration file, for editors.")

  func run() throws {
    Terminal.output(ConfigurationSchema.document.rendered(isPretty: true))
  }
}

/// For whoever changes an option: the generated part of docs/configuration.md.
struct ConfigReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Print the reference of all keys, in Markdown.", shouldDisplay: false)

  func run() throws {
    Terminal.output(ConfigurationReference.markdown)
  }
}
