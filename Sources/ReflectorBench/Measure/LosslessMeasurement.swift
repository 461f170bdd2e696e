/// The highest rate at which a subject loses nothing, and what becomes of nine tenths of it in the long run.
///
/// Frames are sent by the clock, so what isn't taken in time is lost, where a closed loop would wait.
struct LosslessMeasurement {
  struct Figures: Sendable {
    /// Frames a second in a closed loop, from which the search starts.
    let closedLoop: Double
    /// Nil when some frames were lost at every rate.
    let highest: Double?
    /// It may be more: nothing was lost at any rate that could be tried.
    var isAtLeast = false
    /// The long run; nil without a rate.
    let held: RunResult?
  }

  let seconds: Double
  let holdSeconds: Double
  /// Of the highest lossless rate.
  static let share = 0.9

  func measure(_ subject: Subject, on stage: Stage, progress: (String) -> Void) throws -> Figures {
    let longest = 12 * (seconds + 1) + holdSeconds
    return try stage.with(Setup(subject: subject), seconds: longest) { running in
      let closed = try stage.tester.run(RunPlan(Load(), seconds: seconds), meter: running.meter).framesPerSecond
      let search = try search(upTo: closed * 1.1, stage, running, progress)
      let highest = search.lossless
      guard highest > 0 else { return Figures(closedLoop: closed, highest: nil, held: nil) }
      progress("\(subject.name): \(Int(highest * Self.share)) frames/s for \(Int(holdSeconds)) s")
      let load = Load(rate: Int(highest * Self.share))
      let held = try stage.tester.run(RunPlan(load, seconds: holdSeconds), meter: running.meter)
      return Figures(closedLoop: closed, highest: highest, isAtLeast: !search.hasLost, held: held)
    }.0
  }

  private func search(
    upTo limit: Double, _ stage: Stage, _ running: Subjects.Running, _ progress: (String) -> Void
  ) throws -> RateSearch {
    var search = RateSearch(limit: limit)
    while let rate = search.next {
      let run = try stage.tester.run(RunPlan(Load(rate: Int(rate)), seconds: seconds), meter: running.meter)
      progress("\(Int(rate)) frames/s: \(run.lost) of \(run.sent) lost")
      search.record(rate, actual: run.sentPerSecond, isLossless: run.lost == 0)
    }
    return search
  }
}
