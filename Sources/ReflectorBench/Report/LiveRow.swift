/// One case of the report, over all rounds.
struct LiveRow: Encodable, Sendable {
  let reflector: Subject
  let window: Int
  let framesPerSecond: Spread
  /// To the kernel's limit in the same round and with the same window; nil where that wasn't measured.
  let ratioToKernel: Spread?
  /// To `blocking` in the same round and with the same window; nil where that wasn't measured.
  let rateToBlocking: Spread?
  let workerTimeToBlocking: Spread?
  let roundTripToBlocking: Spread?
  /// Thread CPU time of the workers.
  let workerNanosecondsPerFrame: Spread?
  /// Of that, user mode, over all rounds together: the kernel's ticks are too coarse for one.
  let userNanosecondsPerFrame: Double?
  /// Softirq work that went to the kernel's own thread on the workers' CPU.
  let softirqThreadNanosecondsPerFrame: Spread?
  /// Share of the time that the workers ran.
  let workerLoad: Spread?
  /// Medians, over the rounds, of each round's figure.
  let roundTripMedianNanoseconds: Spread?
  let roundTripP99Nanoseconds: Spread?
  let roundTripLeastNanoseconds: UInt64?
  let roundTripMostNanoseconds: UInt64?
  let sent: UInt64
  let lost: Int64
  let corrupted: UInt64
  let stale: UInt64
  /// Rounds in which the reflector's own totals weren't balanced, or weren't the tester's.
  let disagreements: Int?

  /// Nil without a single round.
  init?(_ place: LiveFigures.Case, in figures: LiveFigures) {
    guard let results = figures.results[place], let rates = Spread(results.map(\.framesPerSecond)) else { return nil }
    reflector = place.subject
    window = place.window
    framesPerSecond = rates
    let limits = figures.results[LiveFigures.Case(subject: .kernel, window: place.window)]
    ratioToKernel = Self.ratio(results, to: limits, \.framesPerSecond)
    let usual = figures.results[LiveFigures.Case(subject: .blocking, window: place.window)]
    rateToBlocking = Self.ratio(results, to: usual, \.framesPerSecond)
    workerTimeToBlocking = Self.ratio(results, to: usual) { run in run.cpu.map { run.perFrame($0.workers) } }
    roundTripToBlocking = Self.ratio(results, to: usual) { $0.roundTrips.map { Double($0.median) } }
    workerNanosecondsPerFrame = Self.spread(results) { $0.perFrame($1.workers) }
    softirqThreadNanosecondsPerFrame = Self.spread(results) { $0.perFrame($1.softirqThread) }
    workerLoad = Self.spread(results) { Double($1.workers) / Double($0.elapsed) }
    let frames = results.reduce(0) { $0 + $1.frames }
    let user = results.compactMap { $0.cpu?.workersUser }
    userNanosecondsPerFrame = user.isEmpty ? nil : Double(user.reduce(0, +)) / Double(max(frames, 1))
    let trips = results.compactMap(\.roundTrips)
    roundTripMedianNanoseconds = Spread(trips.map { Double($0.median) })
    roundTripP99Nanoseconds = Spread(trips.map { Double($0.p99) })
    roundTripLeastNanoseconds = trips.map(\.least).min()
    roundTripMostNanoseconds = trips.map(\.most).max()
    sent = results.reduce(0) { $0 + $1.sent }
    lost = results.reduce(0) { $0 + $1.lost }
    corrupted = results.reduce(0) { $0 + $1.corrupted }
    stale = results.reduce(0) { $0 + $1.stale }
    disagreements = figures.disagreements[place.subject]
  }

  private static func spread(_ results: [RunResult], _ figure: (RunResult, CPUTimes) -> Double) -> Spread? {
    Spread(results.compactMap { result in result.cpu.map { figure(result, $0) } })
  }

  /// The n-th of one with the n-th of the other: the same round, seconds apart.
  private static func ratio(
    _ results: [RunResult], to others: [RunResult]?, _ figure: (RunResult) -> Double?
  ) -> Spread? {
    guard let others else { return nil }
    return Spread(
      zip(results, others).compactMap { result, other in
        guard let one = figure(result), let another = figure(other), another > 0 else { return nil }
        return one / another
      })
  }

  /// Every frame came back once and right, and the reflector counted as the tester did.
  var isFaultless: Bool { lost == 0 && corrupted == 0 && stale == 0 && disagreements ?? 0 == 0 }
}
