/// The results of all rounds, by case: what was measured, nothing worked out yet.
struct LiveFigures: Sendable {
  struct Case: Hashable, Sendable {
    let subject: Subject
    let window: Int
  }

  /// In the order of the rounds, so that two cases can be paired round by round.
  private(set) var results: [Case: [RunResult]] = [:]
  /// Rounds after which the reflector's own accounts didn't balance or didn't agree with the tester's.
  private(set) var disagreements: [Subject: Int] = [:]

  mutating func add(_ result: RunResult, to place: Case) {
    results[place, default: []].append(result)
  }

  mutating func add(_ totals: ReflectorProcess.Totals, sent: UInt64, to subject: Subject) {
    // Nothing else may match a rule in the lab, so the reflector's figures are the tester's to the frame.
    let agrees =
      totals.balanced && totals.received == sent && totals.reflected == sent && totals.completed == sent
    disagreements[subject, default: 0] += agrees ? 0 : 1
  }
}
