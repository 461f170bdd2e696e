import ArgumentParser
import ReflectorCore
import ReflectorXDP

/// What all commands have that look at or change what a running reflector is told.
struct EditOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @OptionGroup var target: InterfaceOptions

  @Option(help: ArgumentHelp("How to print the result.", valueName: "format"))
  var format: Format = .text

  func read() throws -> PolicyInForce { try editor().read() }

  /// Changes, and prints what changed.
  func edit(_ change: (inout PolicyInForce) throws(ReflectorError) -> Void) throws {
    let editor = try editor()
    var answers = ""
    let changes = try editor.edit { (state) throws(ReflectorError) in
      try change(&state)
      answers = state.answers
    }
    let report = ChangeReport(interface: target.interface, changes: changes, answers: answers)
    print(report) { report.text }
  }

  func print(_ report: some Encodable, text: () -> String) {
    switch format {
    case .text: Terminal.output(text())
    case .json: Terminal.output(JSON.line(report))
    }
  }

  private func editor() throws -> PolicyEditor {
    try PolicyEditor(
      interface: target.interface, namespace: target.place.netns, pinDirectory: target.place.pinDir)
  }
}

/// Entries of a list: as arguments, in a file, or both.
struct EntryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take entries from this file too, one a line; what is after a # is a remark.", valueName: "file"),
    completion: .file())
  var file: String?

  /// All of them, made into something.
  func entries<Entry>(_ arguments: [String], _ parse: (String) throws -> Entry) throws -> [Entry] {
    let given = try arguments.map(parse)
    guard let file else {
      guard !given.isEmpty else { throw ValidationError("name at least one, or a --file of them") }
      return given
    }
    return given + (try EntryFile.read(file, parse))
  }
}
