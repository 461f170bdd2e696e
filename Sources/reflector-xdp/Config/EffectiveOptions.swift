import ArgumentParser
import ReflectorXDP

/// What `attach` goes by: the command line, then the file, then the defaults.
struct EffectiveOptions {
  enum Source: Hashable {
    case standard
    case file(String, line: Int)
    case commandLine
  }

  /// With the file's options in it.
  let command: AttachCommand
  /// Nil where none is in use.
  let file: ConfigurationFile?
  private let given: CommandLineOptions

  /// - Parameters:
  ///   - arguments: those of `attach`.
  ///   - folder: where the interface's file is looked for.
  ///   - directory: what relative paths start from; nil for where this process is.
  /// - Throws: ``ConfigurationFailure`` about the file; what the parser of the command line throws.
  init(
    _ arguments: [String], below folder: String = ConfigurationPlace.standardFolder, in directory: String? = nil
  ) throws {
    let typed = try AttachCommand.parse(arguments)
    let path = ConfigurationPlace.path(named: typed.config, interface: typed.target.interface, below: folder)
    let file = try path.map { (path) throws(ConfigurationFailure) in
      let isRelative = !path.hasPrefix("/")
      return try ConfigurationFile(path: isRelative ? (directory.map { $0 + "/" } ?? "") + path : path)
    }
    try self.init(arguments, typed, file)
  }

  init(_ arguments: [String], _ file: ConfigurationFile?) throws {
    try self.init(arguments, AttachCommand.parse(arguments), file)
  }

  private init(_ arguments: [String], _ typed: AttachCommand, _ file: ConfigurationFile?) throws {
    given = CommandLineOptions(arguments)
    self.file = file
    guard let file else {
      command = typed
      return
    }
    var command = try AttachCommand.parse(file.arguments(besides: given) + arguments)
    try file.assign(to: &command, besides: given)
    self.command = command
  }

  /// Checked as far as that can be done without looking at the host, so that what the file is to blame for is told
  /// with its line.
  func validated() throws -> Configuration {
    let settings = command.settings
    do throws(ReflectorError) {
      _ = try settings.validate()
    } catch {
      guard let file else { throw error }
      let problem = file.problem("\(error.what): \(error.why)")
      guard problem.line != nil else { throw error }
      throw ConfigurationFailure(path: file.path, [problem])
    }
    return settings
  }

  func source(of key: ConfigurationKey) -> Source {
    if given.contains(key.name) { return .commandLine }
    if let file, let entry = file.entry(key.name), !given.excludes(key.name) {
      return .file(file.path, line: entry.line)
    }
    return .standard
  }
}

extension EffectiveOptions.Source: CustomStringConvertible {
  var description: String {
    switch self {
    case .standard: "default"
    case .file(let path, let line): "\(path):\(line)"
    case .commandLine: "command line"
    }
  }
}
