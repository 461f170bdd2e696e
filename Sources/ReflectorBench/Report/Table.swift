/// Rows below a header, for people: as text or as Markdown.
///
/// Every row has as many cells as the header. Cells are single characters wide each, so a character is a column.
struct Table: Sendable {
  let title: String
  let header: [String]
  private(set) var rows: [[String]] = []

  init(_ title: String, _ header: [String]) {
    self.title = title
    self.header = header
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// Without the columns that say nothing in any row.
  func compacted() -> Table {
    let columns = header.indices.filter { column in column == 0 || rows.contains { $0[column] != "-" } }
    var table = Table(title, columns.map { header[$0] })
    for row in rows { table.add(columns.map { row[$0] }) }
    return table
  }

  /// Columns as wide as their widest cell: the first to the left, the others to the right.
  var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      row.indices.map { column in
        let gap = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + gap : gap + row[column]
      }.joined(separator: "  ")
    }
    return ([title] + lines).joined(separator: "\n")
  }

  var markdown: String {
    let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
    let lines = ([header, rule] + rows).map { row in
      // A bar would end the cell.
      "| "
        + row.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
        .joined(separator: " | ") + " |"
    }
    return (["### \(title)", ""] + lines).joined(separator: "\n")
  }
}
