import FoundationEssentials

extension Report {
  package func text() -> String {
    let parts =
      [machineLines.joined(separator: "\n")] + tables().map(\.text) + [notes.joined(separator: "\n"), verdict]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// For a page of the repository, with the pictures that are written beside it.
  func markdown(pictures: [Picture]) -> String {
    let images = pictures.map { "![\($0.title)](\($0.file))" }
    let list = notes.map { "- \($0)" }.joined(separator: "\n")
    let parts =
      ["# Benchmark", machineLines.joined(separator: "\\\n"), verdict] + images + tables().map(\.markdown) + [list]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var machineLines: [String] {
    let versions = [
      "reflector-xdp \(machine.version)", "Swift \(machine.swift)", "libbpf \(machine.libbpf)", machine.dpdk,
    ]
    let load = machine.loadAverage.fixed(1)
    return [
      "\(machine.date.formatted(.iso8601))  \(machine.processor), \(machine.cpus) CPUs, load \(load)",
      "Linux \(machine.kernel), \(machine.distribution)",
      versions.compactMap { $0 }.joined(separator: ", "),
      "Medians of \(settings.rounds) rounds of \(settings.secondsPerRun.fixed(1)) s, quartiles in brackets; "
        + "ratios within a round.",
    ]
  }

  /// What isn't there, and why.
  private var notes: [String] {
    leftOut.map { "left out: \($0.what): \($0.why)" }
  }

  /// The one line to read first: whether the figures are those of a reflector that works.
  private var verdict: String {
    if live.isEmpty { return "" }
    let faulty = live.filter { !$0.isFaultless }
    if faulty.isEmpty { return "Every frame came back once and as it should; the reflector's totals agree." }
    return faulty.map { row in
      "\(row.suite.rawValue), \(row.subject.name), \(row.suite.column) \(row.suite.value(row)): \(row.lost) lost, "
        + "\(row.corrupted) corrupted, \(row.stale) stale, totals disagree in \(row.disagreements ?? 0) rounds"
    }.joined(separator: "\n")
  }
}
