import ReflectorXDP

/// One row of totals; columns that don't depend on the traffic, so that rows of a run fit one header.
enum StatisticsCSV {
  static func header(_ statistics: Statistics) -> String {
    CSV.line(columns(statistics).map(\.name))
  }

  static func row(_ statistics: Statistics) -> String {
    row(statistics, under: statistics)
  }

  /// - Parameter first: what the header was made of. Rules that came later have no column, and those that went leave
  ///   theirs empty.
  static func row(_ statistics: Statistics, under first: Statistics) -> String {
    let values = Dictionary(columns(statistics).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    return CSV.line(columns(first).map { values[$0.name] ?? "" })
  }

  /// Empty for what can't be known.
  private static func known(_ count: UInt64?) -> String { count.map(String.init) ?? "" }

  private static func columns(_ statistics: Statistics) -> [(name: String, value: String)] {
    var columns = [
      ("interface", statistics.interface),
      ("attach_mode", statistics.attachMode),
      ("datapath", statistics.datapath),
      ("uptime_s", "\(statistics.uptimeS)"),
      ("seen", "\(statistics.seen)"),
      ("redirected", "\(statistics.redirected)"),
      ("spread", known(statistics.spread)),
      ("received", "\(statistics.received)"),
      ("reflected", "\(statistics.reflected)"),
      ("completed", known(statistics.completed)),
      ("refused", known(statistics.refused)),
      ("overflowed", known(statistics.overflowed)),
      ("balanced", "\(statistics.balanced)"),
    ]
    columns += [
      ("loops", "\(statistics.alarms.loops)"), ("storms", "\(statistics.alarms.storms)"),
      ("untracked", "\(statistics.alarms.untracked)"),
    ]
    columns += statistics.passed.sorted { $0.key < $1.key }.map { ("passed_\($0.key)", "\($0.value)") }
    columns += statistics.dropped.sorted { $0.key < $1.key }.map { ("dropped_\($0.key)", "\($0.value)") }
    columns += statistics.rules.sorted { $0.key < $1.key }.map { ("rule_\($0.key)", "\($0.value)") }
    return columns
  }
}
