/// One case of the report, over all rounds.
struct LiveRow: Encodable, Sendable {
  let suite: Suite
  let subject: Subject
  let window: Int?
  /// Of a frame, with FCS.
  let size: Int
  /// Nil: those that are built in.
  let rules: Int?
  let queues: Int
  let conversations: Int
  /// In the list of allowed sources.
  let networks: Int
  /// Nil for a subject that has none.
  let policy: PolicyWork?
  /// Frames a second that were sent by the clock; nil in a closed loop.
  let rate: Int?

  let framesPerSecond: Spread
  /// To that of another in the same round, all else alike; nil where that wasn't measured.
  let rateToKernelLimit: Spread?
  let rateToTestpmd: Spread?
  let rateToXsk: Spread?
  let roundTripToTestpmd: Spread?
  let roundTripToXsk: Spread?
  let workerTimeToXsk: Spread?
  /// To the same subject's first case of the suite: one rule, one conversation, no list, no policy, one queue.
  let rateToFirst: Spread?

  /// Thread CPU time of the workers.
  let workerNsPerFrame: Spread?
  /// Of that, user mode, over all rounds together: the kernel's ticks are too coarse for one.
  let userNsPerFrame: Double?
  /// Softirq work that went to the kernel's own threads on the workers' CPUs.
  let softirqThreadNsPerFrame: Spread?
  /// Share of the time that the workers ran: of one CPU each.
  let workerLoad: Spread?
  /// System calls of the whole process, in a run of their own.
  let callsPerFrame: Double?

  /// Medians of the rounds.
  let roundTripMedianNs: Spread?
  /// Over all rounds together.
  let roundTrip: RoundTripFigures?
  /// What it has above the kernel's limit, in the suite that asks for it.
  let added: AddedLatency?
  let sent: UInt64
  let lost: Int64
  let corrupted: UInt64
  let stale: UInt64
  /// Rounds in which the reflector's own totals weren't balanced, or weren't the tester's.
  let disagreements: Int?

  /// Nil without a single round.
  init?(_ place: Case, in figures: LiveFigures) {
    guard let runs = figures.results[place], let rates = Spread(runs.map(\.framesPerSecond)) else { return nil }
    suite = place.suite
    subject = place.subject
    window = place.load.isPaced ? nil : place.load.window
    size = place.load.size
    rules = place.setup.rules > 0 ? place.setup.rules : nil
    queues = place.setup.queues
    conversations = place.load.conversations
    networks = place.setup.networks
    policy = place.subject.hasRules ? place.setup.policy : nil
    rate = place.load.isPaced ? place.load.rate : nil
    framesPerSecond = rates

    let limits = figures.results[place.with(.kernelLimit)]
    let others = figures.results[place.with(.testpmd)]
    let usual = figures.results[place.with(.xsk)]
    rateToKernelLimit = Figure.framesPerSecond.ratio(runs, to: limits)
    rateToTestpmd = Figure.framesPerSecond.ratio(runs, to: others)
    rateToXsk = Figure.framesPerSecond.ratio(runs, to: usual)
    roundTripToTestpmd = Figure.roundTripMedian.ratio(runs, to: others)
    roundTripToXsk = Figure.roundTripMedian.ratio(runs, to: usual)
    workerTimeToXsk = Figure.workerTime.ratio(runs, to: usual)
    rateToFirst = place.first.flatMap { Figure.framesPerSecond.ratio(runs, to: figures.results[$0]) }

    workerNsPerFrame = Self.spread(runs) { $0.perFrame($1.workers) }
    softirqThreadNsPerFrame = Self.spread(runs) { $0.perFrame($1.softirqThread) }
    workerLoad = Self.spread(runs) { Double($1.workers) / Double($0.elapsed) / Double(place.setup.queues) }
    let frames = runs.reduce(0) { $0 + $1.frames }
    let user = runs.compactMap { $0.cpu?.workersUser }
    userNsPerFrame = user.isEmpty ? nil : Double(user.reduce(0, +)) / Double(max(frames, 1))
    callsPerFrame = figures.calls[place]

    let trips = runs.compactMap(\.roundTrips)
    roundTripMedianNs = Spread(trips.map { Double($0.median) })
    roundTrip = RoundTrips(merging: trips).map {
      RoundTripFigures($0, withHistogram: place.suite == .latency || place.load.window == 1)
    }
    added =
      place.suite == .latency && place.subject != .kernelLimit
      ? AddedLatency(RoundTrips(merging: trips), above: RoundTrips(merging: (limits ?? []).compactMap(\.roundTrips)))
      : nil
    sent = runs.reduce(0) { $0 + $1.sent }
    lost = runs.reduce(0) { $0 + $1.lost }
    corrupted = runs.reduce(0) { $0 + $1.corrupted }
    stale = runs.reduce(0) { $0 + $1.stale }
    disagreements = figures.disagreements[place]
  }

  private static func spread(_ runs: [RunResult], _ figure: (RunResult, CPUTimes) -> Double) -> Spread? {
    Spread(runs.compactMap { run in run.cpu.map { figure(run, $0) } })
  }

  /// Every frame came back once and right, and the reflector counted as the tester did. Frames that were sent by the
  /// clock may be lost: how many is a figure, and no fault.
  var isFaultless: Bool {
    corrupted == 0 && stale == 0 && disagreements ?? 0 == 0 && (rate != nil ? lost >= 0 : lost == 0)
  }
}

extension Case {
  /// The same with another subject. Those that have no rules are measured without.
  func with(_ subject: Subject) -> Case {
    Case(
      suite: suite,
      setup: Setup(
        subject: subject, rules: subject.hasRules ? setup.rules : 0,
        networks: subject.hasRules ? setup.networks : 0, policy: subject.hasRules ? setup.policy : .usual,
        queues: setup.queues,
        sharesCPUs: setup.sharesCPUs),
      load: load)
  }

  /// What it is to be compared with, where the suite varies one thing that shouldn't cost anything; nil elsewhere.
  var first: Case? {
    switch suite {
    case .rules, .conversations, .networks, .policy, .queues: suite.cases(of: [subject], windows: []).first
    default: nil
    }
  }
}
