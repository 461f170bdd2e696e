/// The options that stand on a command line of `attach`, by name.
struct CommandLineOptions {
  private let names: Set<String>

  init(_ arguments: [String]) {
    names = Set(
      arguments.filter { $0.hasPrefix("--") }.map { argument in String(argument.dropFirst(2).prefix { $0 != "=" }) })
  }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Whether one of them takes the place of that entry of a file.
  func excludes(_ key: String) -> Bool {
    contains(key) || key == "oui" && contains("any-oui") || key == "any-oui" && contains("oui")
  }
}
