extension LabReport {
  /// The report as lines of plain text, no wider than 80 columns.
  ///
  /// - Parameter bySize: a row for each size too, not only for each protocol.
  package func table(bySize: Bool = false) -> String {
    var lines = Self.header
    lines += (bySize ? cases : protocols).map(Self.line)
    lines.append(Self.line(total))
    return (lines + [""] + remarks).joined(separator: "\n") + "\n"
  }

  private static let widths = [16, 9, 9, 6, 10, 8, 7, 7, 7]

  private static var header: [String] {
    [
      String(repeating: " ", count: widths[..<6].reduce(0, +)) + "     round trip, us",
      join(["", "sent", "returned", "lost", "corrupted", "doubled", "min", "median", "p99"]),
    ]
  }

  private static func line(_ row: Row) -> String {
    let name = row.protocol?.title ?? "all"
    let counts = row.counts
    let numbers = [counts.sent, counts.returned, counts.lost, counts.corrupted, counts.doubled].map { "\($0)" }
    let times = row.roundTrips.summary.map { [$0.min, $0.median, $0.p99].map(microseconds) } ?? ["-", "-", "-"]
    return join([row.size.map { "\(name) \($0)" } ?? name] + numbers + times)
  }

  /// The first column to the left, the others to the right.
  private static func join(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(cell.1 - cell.0.count, index == 0 ? 0 : 1))
      return index == 0 ? cell.0 + space : space + cell.0
    }.joined()
  }

  /// One digit after the point up to a second; more than that isn't a round trip.
  private static func microseconds(_ nanoseconds: Int64) -> String {
    let tenths = (nanoseconds + 50) / 100
    return tenths < 100_000 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
  }

  /// What isn't a number in the table.
  private var remarks: [String] {
    var lines: [String] = []
    if let reflector { lines.append("reflector: \(reflector)") }
    if !returnedByQueue.isEmpty {
      lines.append("by queue: " + returnedByQueue.map { "\($0)" }.joined(separator: ", "))
    }
    if let firstCorruption { lines.append("first corrupted: \(firstCorruption)") }
    let counts = total.counts
    if counts.late > 0 { lines.append("\(counts.late) came back after they had been counted as lost") }
    if foreign > 0 { lines.append("\(foreign) frames of others arrived and were left out") }
    if ending != .complete { lines.append(cutShort(counts)) }
    return lines + [verdict]
  }

  /// A run that somebody stopped has passed nothing.
  private var verdict: String {
    if !passed { return "FAILED" }
    return ending == .interrupted ? "nothing wrong before it was stopped" : "passed"
  }

  private func cutShort(_ counts: LabCounts) -> String {
    let why = ending == .interrupted ? "stopped" : "out of time"
    let rest = counts.unanswered > 0 ? ", \(counts.unanswered) frames still on their way" : ""
    return "\(why): \(cases.count) of \(planned) cases begun\(rest)"
  }
}
