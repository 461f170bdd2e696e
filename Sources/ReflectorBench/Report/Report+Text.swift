import FoundationEssentials

/// The report for people: medians, and the quartiles in brackets.
///
/// What doesn't exist for a case is `-`, never 0: the kernel's own reflector has no worker.
extension Report {
  package func text() -> String {
    var parts = [machineText]
    if !rewrite.isEmpty { parts.append(rewriteText) }
    if let settings, !live.isEmpty {
      parts.append(rateText(settings))
      parts.append(timeText)
      if let comparisonText { parts.append(comparisonText) }
      parts.append(verdict)
    }
    return parts.joined(separator: "\n\n")
  }

  private var machineText: String {
    """
    \(machine.date.formatted(.iso8601))  \(machine.processor), \(machine.cpus) CPUs, load \(machine.loadAverage.fixed(1))
    Linux \(machine.kernel), libbpf \(machine.libbpf), Swift \(machine.swift)
    Medians of the rounds, quartiles in brackets.
    """
  }

  private var rewriteText: String {
    var table = TextTable(["PARSE AND REWRITE, 64 frames in chunks of 4096", "ns/frame", "quartiles", "least"])
    for row in rewrite {
      let figure = row.nanosecondsPerFrame
      table.add([row.frames, figure.median.fixed(2), quartiles(figure, 2), figure.least.fixed(2)])
    }
    return table.text
  }

  /// How many, and what became of them.
  private func rateText(_ settings: LiveSuite.Settings) -> String {
    var table = TextTable([
      "REFLECTED, \(settings.frameLength) B", "window", "kframes/s", "quartiles", "of the kernel", "sent", "lost",
      "bad",
    ])
    for row in live {
      let rate = row.framesPerSecond
      table.add([
        row.reflector.name, "\(row.window)", (rate.median / 1000).fixed(1), quartiles(rate, 1, unit: 1000),
        row.ratioToKernel.map { "\($0.median.fixed(3)) \(quartiles($0, 3))" } ?? "-", "\(row.sent)", "\(row.lost)",
        "\(row.corrupted + row.stale)",
      ])
    }
    return table.text
  }

  /// What a frame costs, and how long it is under way.
  private var timeText: String {
    var table = TextTable([
      "TIME", "window", "worker ns/frame", "of it user", "softirq thread", "load", "round trip us: least", "median",
      "p99",
    ])
    for row in live {
      table.add([
        row.reflector.name, "\(row.window)",
        row.workerNanosecondsPerFrame.map { "\($0.median.fixed(0)) \(quartiles($0, 0))" } ?? "-",
        row.userNanosecondsPerFrame.map { $0.fixed(0) } ?? "-",
        row.softirqThreadNanosecondsPerFrame.map { $0.median.fixed(0) } ?? "-",
        row.workerLoad.map { "\(($0.median * 100).fixed(0))%" } ?? "-",
        row.roundTripLeastNanoseconds.map { (Double($0) / 1000).fixed(1) } ?? "-",
        row.roundTripMedianNanoseconds.map { ($0.median / 1000).fixed(1) } ?? "-",
        row.roundTripP99Nanoseconds.map { ($0.median / 1000).fixed(1) } ?? "-",
      ])
    }
    return table.text
  }

  /// What other options changed, where there are any: each round's figure over that round's of `blocking`.
  private var comparisonText: String? {
    let rows = live.filter { if case .with = $0.reflector { $0.rateToBlocking != nil } else { false } }
    if rows.isEmpty { return nil }
    var table = TextTable(["AGAINST BLOCKING = 1", "window", "rate", "worker ns/frame", "round trip, median"])
    for row in rows {
      table.add(
        [row.reflector.name, "\(row.window)"]
          + [row.rateToBlocking, row.workerTimeToBlocking, row.roundTripToBlocking].map { ratio in
            ratio.map { "\($0.median.fixed(3)) \(quartiles($0, 3))" } ?? "-"
          })
    }
    return table.text
  }

  /// The one line to read first: whether the figures are those of a reflector that works.
  private var verdict: String {
    let faulty = live.filter { !$0.isFaultless }
    if faulty.isEmpty { return "Every frame came back once and as it should; the reflector's totals agree." }
    return faulty.map { row in
      "\(row.reflector.name), window \(row.window): \(row.lost) lost, \(row.corrupted) corrupted, \(row.stale) stale, "
        + "\(row.disagreements ?? 0) rounds in which the reflector's totals disagree"
    }.joined(separator: "\n")
  }

  private func quartiles(_ spread: Spread, _ digits: Int, unit: Double = 1) -> String {
    "[" + spread.quartiles.map { ($0 / unit).fixed(digits) }.joined(separator: "-") + "]"
  }
}
