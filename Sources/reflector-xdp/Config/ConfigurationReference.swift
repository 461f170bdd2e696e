/// The table of keys in Markdown: the generated part of docs/configuration.md.
enum ConfigurationReference {
  static var markdown: String {
    ConfigurationTable.sections.map(section).joined(separator: "\n")
  }

  private static func section(_ section: ConfigurationTable.Section) -> String {
    let rows = section.keys.map { key in
      row([
        "`\(key.name)`", (key.isRepeatable ? "list: " : "") + key.form.allowed,
        key.standard.isEmpty ? "" : key.standard.map { "`\($0)`" }.joined(separator: ", "),
        key.effect.rawValue, OptionHelp.of(key.name)?.meaning ?? "",
      ])
    }
    return """
      ### \(section.title)

      | key | value | default | a change | |
      | --- | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))

      """
  }

  private static func row(_ cells: [String]) -> String {
    let cells = cells.map { $0.split { $0 == "|" }.joined(separator: "\\|") }
    return "| " + cells.joined(separator: " | ") + " |"
  }
}
