/// The results of all rounds, by case: what was measured, nothing worked out yet.
struct LiveFigures: Sendable {
  /// In the order of the rounds, so that two cases can be paired round by round.
  private(set) var results: [Case: [RunResult]] = [:]
  /// System calls of the subject's process a frame, where they could be counted.
  private(set) var calls: [Case: Double] = [:]
  /// Rounds after which the reflector's own accounts didn't balance or didn't agree with the tester's.
  private(set) var disagreements: [Case: Int] = [:]

  mutating func add(_ result: RunResult, to place: Case) {
    results[place, default: []].append(result)
  }

  mutating func add(callsPerFrame: Double?, to place: Case) {
    calls[place] = callsPerFrame
  }

  /// - Parameter returned: frames that came back in all runs of these cases, which one process reflected.
  mutating func add(_ totals: ReflectorProcess.Totals, returned: UInt64, to cases: [Case]) {
    // Nothing else may match a rule in the lab, so the reflector's figure is the tester's to the frame.
    let agrees = totals.balanced && totals.reflected == returned
    for place in cases { disagreements[place, default: 0] += agrees ? 0 : 1 }
  }
}
