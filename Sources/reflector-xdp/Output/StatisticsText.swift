import LinuxSystem
import ReflectorXDP

/// A snapshot for people: what came, what went where, and whether it adds up.
enum StatisticsText {
  /// - Parameter screen: what there is room for, with the cursor's row; nil for anything. Of many queues the last
  ///   are left out, so that heading and balance stay in sight.
  static func render(_ statistics: Statistics, on screen: (rows: Int, columns: Int)? = nil) -> String {
    let whole = lines(statistics, queues: statistics.queues.count)
    // A line that is too long goes on in the next row.
    let excess =
      screen.map { screen in
        whole.reduce(1) { $0 + max(1, ($1.count + screen.columns - 1) / screen.columns) } - screen.rows
      } ?? 0
    // The line that says so takes room too. Without a single queue there would be little left to watch.
    let shown = excess > 0 ? max(statistics.queues.count - excess - 1, 1) : statistics.queues.count
    let lines = shown < statistics.queues.count ? lines(statistics, queues: shown) : whole
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ statistics: Statistics, queues: Int) -> [String] {
    var lines = [heading(statistics), ""]
    lines += figures(
      [("seen", statistics.seen), ("redirected", statistics.redirected)]
        + (statistics.spread.map { [("spread", $0)] } ?? [])
        + shown(statistics.passed, as: "passed") + shown(statistics.dropped, as: "dropped")
        + shown(alarms(statistics.alarms), as: "alarm") + shown(statistics.rules, as: "rule")
        + [("received", statistics.received), ("reflected", statistics.reflected)]
        + (statistics.completed.map { [("completed", $0)] } ?? [])
        + (statistics.refused.map { $0 > 0 ? [("refused by the device", $0)] : [] } ?? [])
        + (statistics.overflowed.map { $0 > 0 ? [("refused by a full CPU queue", $0)] : [] } ?? []))
    let hidden = statistics.queues.count - queues
    lines += [""] + table(Array(statistics.queues.prefix(queues)))
    lines += (hidden > 0 ? ["  … and \(hidden) more queue\(hidden == 1 ? "" : "s")"] : []) + [""]
    if let cpus = statistics.cpus { lines += table(cpus) + [""] }
    lines.append(statistics.balanced ? "The accounts balance." : "The accounts DON'T balance:")
    return lines + statistics.imbalances.map { "  " + $0 }
  }

  private static func heading(_ statistics: Statistics) -> String {
    let queues = statistics.queues.count
    let cpus = statistics.cpus.map { " on CPUs \(IndexList(unique: $0.map(\.cpu)))" } ?? ""
    let place = statistics.datapath == "kernel" ? " in the kernel" + cpus : ""
    return "\(statistics.interface): attached \(statistics.attachMode), \(queues) queue\(queues == 1 ? "" : "s"), "
      + "reflects \(statistics.reflect)\(place), pid \(statistics.pid), up \(duration(statistics.uptimeS)). Frames since then:"
  }

  /// `3.417 s`, `12 min 3 s`, `5 h 0 min`, `40 d 2 h`: the two largest units.
  static func duration(_ seconds: Double) -> String {
    guard seconds >= 60 else { return "\(seconds) s" }
    let whole = Int(seconds)
    return switch whole {
    case ..<3600: "\(whole / 60) min \(whole % 60) s"
    case ..<86_400: "\(whole / 3600) h \(whole % 3600 / 60) min"
    default: "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
    }
  }

  private static func alarms(_ alarms: Statistics.Alarms) -> [String: UInt64] {
    ["loops": alarms.loops, "storms": alarms.storms, "untracked": alarms.untracked]
  }

  /// Reasons and rules that occurred; the zeros are in the JSON.
  private static func shown(_ counts: [String: UInt64], as kind: String) -> [(String, UInt64)] {
    counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ("  \(kind) \($0.key)", $0.value) }
  }

  private static func figures(_ rows: [(name: String, value: UInt64)]) -> [String] {
    let name = rows.map(\.name.count).max() ?? 0
    let value = rows.map { grouped($0.value).count }.max() ?? 0
    return rows.map { "  " + $0.name.padded(to: name) + "  " + grouped($0.value).padded(to: value, left: true) }
  }

  private static func table(_ queues: [Statistics.Queue]) -> [String] {
    // Of the kernel datapath's queues no more is known.
    guard queues.contains(where: { $0.xsk != nil }) else {
      let spreads = queues.contains { $0.reflected == nil }
      let verb = spreads ? "spreads" : "reflects"
      let rows = queues.map { ["\($0.queue)", $0.bindMode == "none" ? "passes" : verb, grouped($0.received)] }
      return TextTable.render([["queue", "", spreads ? "spread" : "reflected"]] + rows, indent: "  ")
    }
    var rows = [
      ["queue", "bound", "cpu", "received", "reflected", "completed", "in flight", "rejected", "lost"]
    ]
    rows += queues.map { queue in
      let lost = (queue.xsk?["rx_dropped"] ?? 0) + (queue.xsk?["rx_ring_full"] ?? 0)
      return [
        "\(queue.queue)", queue.bindMode ?? "-", queue.cpu.map(String.init) ?? "-", grouped(queue.received),
        known(queue.reflected), known(queue.completed), known(queue.inFlight),
        grouped(queue.rejected?.values.reduce(0, +) ?? 0), grouped(lost),
      ]
    }
    return TextTable.render(rows, indent: "  ")
  }

  private static func table(_ cpus: [Statistics.CPU]) -> [String] {
    let rows = cpus.map { ["\($0.cpu)", grouped($0.reflected), grouped($0.rejected)] }
    return TextTable.render([["cpu", "reflected", "rejected"]] + rows, indent: "  ")
  }

  private static func known(_ count: UInt64?) -> String { count.map(grouped) ?? "-" }

  /// 1234567 as 1,234,567.
  static func grouped(_ value: UInt64) -> String {
    let digits = String(value)
    return digits.enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0 && (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
      text.append(digit.element)
    }
  }
}
