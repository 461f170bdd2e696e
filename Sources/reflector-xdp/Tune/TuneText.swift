import ReflectorHost

/// What `tune` prints for people: for each setting what became of it, old → new and why; and how to take it back.
enum TuneText {
  static func text(_ outcome: TuneOutcome) -> String {
    let report = outcome.report
    var lines: [String] = []
    if report.rows.isEmpty {
      lines.append(nothing(outcome))
    } else {
      let table = TextTable.render([["result", "setting", "value"]] + report.rows.map(row))
      let indent = String(repeating: " ", count: (report.rows.map { word($0.result).count }.max() ?? 0) + 2)
      lines.append(table[0])
      for (line, row) in zip(table.dropFirst(), report.rows) {
        let remark = remark(row)
        lines += [line] + (remark.isEmpty ? [] : remark.wrapped(after: indent))
      }
      lines += ["", summary(outcome)] + advice(outcome)
    }
    lines += report.notes.flatMap { $0.wrapped(after: "note: ") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func nothing(_ outcome: TuneOutcome) -> String {
    outcome.action == .revert
      ? "\(outcome.interface): nothing was tuned, nothing to put back"
      : "\(outcome.interface): the device and the host have nothing that could be set"
  }

  private static func row(_ row: TuningReport.Row) -> [String] {
    [word(row.result), name(row.setting), value(row)]
  }

  /// The kernel's own name of an offload is enough.
  private static func name(_ setting: Setting) -> String {
    if case .feature(let name) = setting { name } else { setting.description }
  }

  private static func value(_ row: TuningReport.Row) -> String {
    let new = short(row.new)
    guard let old = row.old.map(short), old != new else { return new }
    return "\(old) → \(new)"
  }

  /// A table of many slots isn't for people.
  private static func short(_ value: SettingValue) -> String {
    let text = value.description
    return text.count <= longest ? text : text.prefix(longest - 1) + "…"
  }

  private static let longest = 60

  private static func word(_ result: TuningReport.Result) -> String {
    switch result {
    case .already: "already"
    case .wouldSet: "would set"
    case .set: "set"
    case .restored: "restored"
    case .kept: "kept"
    case .different: "not taken"
    case .unsupported: "not to be had"
    case .refused: "refused"
    case .gone: "gone"
    }
  }

  /// Of a failure what the system said; of a change why; of what is as it should be nothing.
  private static func remark(_ row: TuningReport.Row) -> String {
    switch row.result {
    case .refused(let refusal), .unsupported(let refusal): refusal.description
    case .different(let value): "the system said yes, and it is \(short(value))"
    case .already: ""
    case .kept: "somebody else relies on it"
    case .gone: "no longer there"
    case .wouldSet, .set, .restored: row.remark ?? ""
    }
  }

  private static func summary(_ outcome: TuneOutcome) -> String {
    let report = outcome.report
    let parts: [(Int, String)] = [
      (report.count { $0 == .wouldSet }, "would be set"), (report.count { $0 == .set }, "set"),
      (report.count { $0 == .restored }, "restored"),
      (report.count { $0 == .kept }, "kept"), (report.count { $0 == .already }, "as wanted already"),
      (report.count { $0 == .gone }, "gone"),
      (report.count { if case .unsupported = $0 { true } else { false } }, "not to be had"),
      (report.count(\.isFailure), "refused"),
    ]
    let counts = parts.filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
    let profile = outcome.profile.map { " (\($0.rawValue))" } ?? ""
    return "\(outcome.interface)\(profile): \(counts)."
  }

  /// A line of its own, to be copied.
  private static func advice(_ outcome: TuneOutcome) -> [String] {
    let report = outcome.report
    let target = outcome.interface + (outcome.namespace.map { " --netns \($0)" } ?? "")
    switch outcome.action {
    case .tune where report.rows.contains { $0.result == .set }:
      return ["Back: reflector-xdp tune \(target) --revert"]
    case .revert where report.hasFailures:
      return ["What was refused stays saved; try again: reflector-xdp tune \(target) --revert"]
    default: return []
    }
  }
}
