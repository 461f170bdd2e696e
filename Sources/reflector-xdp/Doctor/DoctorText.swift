import LinuxSystem
import ReflectorHost
import ReflectorXDP
import XDPControl

/// The findings for people: what is well in a line each, then what is not with its commands, the worst last. That
/// way it stands above the prompt when the rest has scrolled away.
struct DoctorText {
  /// Whether somebody looks at it on a terminal.
  let colored: Bool

  func render(_ diagnosis: Diagnosis, heading: String) -> String {
    let width = diagnosis.findings.map(\.check.rawValue.count).max() ?? 0
    var lines = heading.wrapped(after: "") + [""]
    for status in Finding.Status.allCases {
      for finding in diagnosis.findings where finding.status == status { lines += self.lines(finding, width) }
    }
    if let bottleneck = diagnosis.bottleneck { lines += [""] + self.lines(bottleneck) }
    return (lines + ["", summary(diagnosis)]).joined(separator: "\n") + "\n"
  }

  /// What it was judged for.
  static func heading(_ examination: Examination) -> String {
    let setup = examination.setup
    let place = examination.survey.interface.name + (examination.survey.namespace.map { " in \($0)" } ?? "")
    let queues = "\(setup.queues.count == 1 ? "queue" : "queues") \(IndexList(unique: setup.queues))"
    let cpus = Set(setup.cpus.compactMap { $0 }).sorted()
    let workers = cpus.isEmpty ? "" : ", workers on CPU\(cpus.count == 1 ? "" : "s") \(IndexList(unique: cpus))"
    if let running = examination.accounts.value?.later {
      return "\(place): a reflector runs, pid \(running.pid), \(running.attachMode), \(queues)\(workers)"
    }
    return "\(place): as for attach --mode \(setup.mode.rawValue), \(queues)\(workers), "
      + "\(setup.frames) frames of \(setup.chunkSize) bytes"
  }

  private func lines(_ finding: Finding, _ width: Int) -> [String] {
    let indent = String(repeating: " ", count: Self.label + 2)
    // The mark may have colors, which take no columns.
    var value = finding.value.wrapped(after: indent + finding.check.rawValue.padded(to: width) + "  ")
    value[0] = mark(finding.status) + value[0].dropFirst(Self.label)
    guard finding.status != .ok else { return value }
    return value + finding.why.wrapped(after: indent) + commands(finding.remedy, indent)
  }

  private func commands(_ remedy: Remedy?, _ indent: String) -> [String] {
    [remedy?.ours, remedy?.plain].compactMap { $0.map { indent + "$ " + $0 } }
  }

  private func lines(_ bottleneck: Bottleneck) -> [String] {
    let evidence = bottleneck.evidence.map { "\($0.name) \(StatisticsText.grouped($0.value))" }
    let seconds = (bottleneck.seconds * 10).rounded() / 10
    let others =
      bottleneck.others.isEmpty ? [] : ["  also: " + bottleneck.others.map(\.rawValue).joined(separator: ", ")]
    return bottleneck.verdict.wrapped(after: "bottleneck: ")
      + evidence.joined(separator: ", ").wrapped(after: "  in \(seconds) s: ") + others
      + commands(bottleneck.remedy, "  ")
  }

  private func summary(_ diagnosis: Diagnosis) -> String {
    Finding.Status.allCases.reversed().map { "\(diagnosis.count($0)) \($0.rawValue)" }.joined(separator: ", ")
  }

  /// As wide as `unknown`.
  private static let label = 7

  private func mark(_ status: Finding.Status) -> String {
    let word = status.rawValue.padded(to: Self.label)
    guard colored else { return word }
    let color =
      switch status {
      case .ok: "32"
      case .unknown: "36"
      case .warn: "33"
      case .fail: "31"
      }
    return "\u{1b}[\(color)m\(word)\u{1b}[0m"
  }
}
