import ArgumentParser

/// How figures are printed.
enum Format: String, CaseIterable, ExpressibleByArgument {
  case text, json, csv
}

struct FormatOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("json prints one object a line, csv a header and then one row a line.", valueName: "format"))
  var format: Format = .text
}
