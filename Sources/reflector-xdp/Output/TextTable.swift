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
