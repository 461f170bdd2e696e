import ArgumentParser
import ReflectorXDP

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Have a running reflector read its configuration file again.",
    discussion: """
      Checks the file, by the command line that the reflector was started with, asks its process by SIGHUP, and waits \
      for what becomes of it. No frame is lost. Exit status 65 when it is refused, and nothing is changed then.
      """)

  @Flag(help: "Load the XDP program anew and put it in the place of the one that is attached, too; no frame is lost.")
  var program = false

  @OptionGroup var target: InterfaceOptions

  func run() throws {
    let process = try ReflectorProcess(
      interface: target.interface, namespace: target.place.netns, pinDirectory: target.place.pinDir)
    // What is wrong in the file is better told here than in a log elsewhere.
    let options = try Self.options(process.commandLine, in: process.directory)
    _ = try options?.validated()
    try process.reload(program: program)
    Terminal.output(Self.text(target.interface, options))
  }

  /// What the process will go by; nil where it is no `attach`.
  static func options(_ commandLine: [String]?, in directory: String?) throws -> EffectiveOptions? {
    guard let commandLine, commandLine.dropFirst().first == "attach" else { return nil }
    return try EffectiveOptions(Array(commandLine.dropFirst(2)), in: directory)
  }

  static func text(_ interface: String, _ options: EffectiveOptions?) -> String {
    guard let options else { return "\(interface): reloaded\n" }
    return options.file.map { "\(interface): reloaded \($0.path)\n" }
      ?? "\(interface): there is no configuration file to read; nothing has changed\n"
  }
}
