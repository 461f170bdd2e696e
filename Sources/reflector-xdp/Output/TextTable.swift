/// Columns as wide as their widest cell: figures to the right, words to the left.
enum TextTable {
  static func render(_ rows: [[String]], indent: String = "") -> [String] {
    guard let columns = rows.map(\.count).max() else { return [] }
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let figures = (0..<columns).map { column in rows.dropFirst().allSatisfy { isFigure($0[column]) } }
    return rows.map { row in
      let cells = (0..<columns).map { row[$0].padded(to: widths[$0], left: figures[$0]) }
      return indent + String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func isFigure(_ cell: String) -> Bool {
    cell.allSatisfy { $0.isNumber || ",.%-".contains($0) }
  }
}

extension String {
  /// Filled up with spaces.
  func padded(to width: Int, left: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - count))
    return left ? fill + self : self + fill
  }
}

extension String {
  /// At blanks, in lines of at most 80 columns where words let it, the first of which begins with `head`, the others
  /// with as many spaces.
  func wrapped(after head: String, width: Int = 80) -> [String] {
    let indent = String(repeating: " ", count: head.count)
    var lines: [String] = []
    var line = head
    var isEmpty = true
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        (line, isEmpty) = (indent, true)
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
