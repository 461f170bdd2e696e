/// The report for people: medians, and the quartiles in brackets.
///
/// What doesn't exist for a case is `-`, never 0: the kernel's own reflector has no worker.
extension Report {
  func tables() -> [Table] {
    let suites = Suite.allCases.flatMap { suite in
      let rows = live.filter { $0.suite == suite }
      return rows.isEmpty ? [] : [Self.rates(suite, rows), Self.times(suite, rows)] + Self.comparison(suite, rows)
    }
    return suites + [losslessTable, startTable, idleTable, checkTable].compactMap { $0 }
  }

  /// How many, and what became of them.
  private static func rates(_ suite: Suite, _ rows: [LiveRow]) -> Table {
    var table = Table(
      "\(suite.rawValue): frames reflected",
      [
        "subject", suite.column, "kframes/s", "quartiles", "of kernel limit", "of testpmd", "of first", "sent", "lost",
        "bad",
      ])
    for row in rows {
      let rate = row.framesPerSecond
      table.add([
        row.subject.name, suite.value(row), (rate.median / 1000).fixed(1), quartiles(rate, 1, unit: 1000),
        ratio(row.rateToKernelLimit), ratio(row.rateToTestpmd), ratio(row.rateToFirst), "\(row.sent)", "\(row.lost)",
        "\(row.corrupted + row.stale)",
      ])
    }
    return table.compacted()
  }

  /// What a frame costs, and how long it is under way.
  private static func times(_ suite: Suite, _ rows: [LiveRow]) -> Table {
    var table = Table(
      "\(suite.rawValue): CPU time and calls a frame, round trips in us",
      [
        "subject", suite.column, "worker ns", "user", "softirq thread", "load", "calls", "p50", "of testpmd", "p90",
        "p99", "p99.9", "added p50", "added p99", "added p99.9",
      ])
    for row in rows {
      let trip = row.roundTrip
      table.add(
        [
          row.subject.name, suite.value(row), spread(row.workerNsPerFrame, 0), figure(row.userNsPerFrame, 0),
          figure(row.softirqThreadNsPerFrame?.median, 0),
          row.workerLoad.map { "\(($0.median * 100).fixed(0))%" } ?? "-",
          figure(row.callsPerFrame, 3), microseconds(trip?.p50Ns), ratio(row.roundTripToTestpmd),
          microseconds(trip?.p90Ns), microseconds(trip?.p99Ns), microseconds(trip?.p999Ns),
        ] + added(row.added))
    }
    return table.compacted()
  }

  /// What other options changed, where there are any: each round's figure over that round's of `xsk`.
  private static func comparison(_ suite: Suite, _ rows: [LiveRow]) -> [Table] {
    var table = Table(
      "\(suite.rawValue): against xsk", ["options", suite.column, "rate", "worker ns/frame", "round trip, median"])
    for row in rows {
      guard case .with = row.subject, row.rateToXsk != nil else { continue }
      table.add(
        [row.subject.name, suite.value(row)] + [row.rateToXsk, row.workerTimeToXsk, row.roundTripToXsk].map(ratio))
    }
    return table.rows.isEmpty ? [] : [table]
  }

  private var losslessTable: Table? {
    if lossless.isEmpty { return nil }
    var table = Table(
      "lossless: the highest rate without a loss, and \((LosslessMeasurement.share * 100).fixed(0))% of it held",
      ["subject", "closed loop kframes/s", "lossless", "held", "s", "sent", "lost", "share", "p50 us", "p99", "p99.9"])
    for row in lossless {
      let trip = row.heldRoundTrip
      table.add([
        row.subject.name, (row.closedLoopFramesPerSecond / 1000).fixed(1),
        (row.isAtLeast ? "at least " : "") + Self.figure(row.highestLosslessFramesPerSecond.map { $0 / 1000 }, 1),
        Self.figure(row.heldFramesPerSecond.map { $0 / 1000 }, 1), Self.figure(row.heldSeconds, 1),
        row.heldSent.map { "\($0)" } ?? "-", row.heldLost.map { "\($0)" } ?? "-",
        row.shareLost.map { "\(($0 * 100).fixed(4))%" } ?? "-", Self.microseconds(trip?.p50Ns),
        Self.microseconds(trip?.p99Ns), Self.microseconds(trip?.p999Ns),
      ])
    }
    return table
  }

  private var startTable: Table? {
    if start.isEmpty { return nil }
    var table = Table(
      "start: to the first frame back, and memory",
      ["subject", "ms", "quartiles", "most", "resident MiB", "of it UMEM"])
    for row in start {
      table.add([
        row.subject.name, row.firstFrameMs.median.fixed(1), Self.quartiles(row.firstFrameMs, 1),
        row.firstFrameMs.most.fixed(1), Self.figure(row.residentBytes.map { $0.median / 1_048_576 }, 1),
        Self.figure(row.umemBytes.map { Double($0) / 1_048_576 }, 1),
      ])
    }
    return table
  }

  private var idleTable: Table? {
    if idle.isEmpty { return nil }
    var table = Table("idle: CPU time without traffic", ["subject", "of a core", "most"])
    for row in idle {
      table.add([
        row.subject.name, "\((row.coreShare.median * 100).fixed(3))%", "\((row.coreShare.most * 100).fixed(3))%",
      ])
    }
    return table
  }

  private var checkTable: Table? {
    guard let checks else { return nil }
    var table = Table("check: ratios against their thresholds", ["ratio", "median", "quartiles", "wanted", "verdict"])
    for check in checks {
      table.add([
        check.name, Self.figure(check.ratio?.median, 3), check.ratio.map { Self.quartiles($0, 3) } ?? "-",
        check.wanted, check.verdict.rawValue,
      ])
    }
    return table
  }

  private static func quartiles(_ spread: Spread, _ digits: Int, unit: Double = 1) -> String {
    "[" + spread.quartiles.map { ($0 / unit).fixed(digits) }.joined(separator: "-") + "]"
  }

  private static func spread(_ spread: Spread?, _ digits: Int) -> String {
    spread.map { "\($0.median.fixed(digits)) \(quartiles($0, digits))" } ?? "-"
  }

  private static func added(_ added: AddedLatency?) -> [String] {
    [added?.p50Ns, added?.p99Ns, added?.p999Ns].map { figure($0.map { Double($0) / 1000 }, 1) }
  }

  private static func ratio(_ ratio: Spread?) -> String { spread(ratio, 3) }
  private static func figure(_ value: Double?, _ digits: Int) -> String { value.map { $0.fixed(digits) } ?? "-" }
  private static func microseconds(_ value: UInt64?) -> String { figure(value.map { Double($0) / 1000 }, 1) }
}

extension Suite {
  /// What it varies.
  var column: String {
    switch self {
    case .windows: "window"
    case .sizes: "bytes"
    case .latency: "sent"
    default: rawValue
    }
  }

  func value(_ row: LiveRow) -> String {
    switch self {
    case .sizes: "\(row.size)"
    case .rules: "\(row.rules ?? 0)"
    case .conversations: "\(row.conversations)" + (row.policy.map { ", policy \($0.rawValue)" } ?? "")
    case .policy: row.policy?.rawValue ?? "-"
    case .networks: "\(row.networks)"
    case .queues: "\(row.queues)"
    case .latency: row.rate.map { "\($0 / 1000) k/s" } ?? "one at a time"
    default: row.window.map { "\($0)" } ?? "-"
    }
  }
}
