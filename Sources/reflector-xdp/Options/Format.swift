import ArgumentParser

/// How figures are printed.
enum Format: String, CaseIterable, ExpressibleByArgument {
  case text, json, csv
}

struct FormatOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("text, json (one object a line) or csv (a header, then one row a line).", valueName: "format"))
  var format: Format = .text
}
