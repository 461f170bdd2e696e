import ReflectorXDP

/// A subject of the suite `lossless`.
struct LosslessRow: Encodable, Sendable {
  let subject: Subject
  let closedLoopFramesPerSecond: Double
  /// Absent when some frames were lost at every rate.
  let highestLosslessFramesPerSecond: Double?
  /// It may be more: nothing was lost at any rate that the generator could send, up to 1.1 of the closed loop's.
  let isAtLeast: Bool
  /// The long run: frames a second as they were sent, and what became of them.
  let heldFramesPerSecond: Double?
  let heldSeconds: Double?
  let heldSent: UInt64?
  let heldLost: Int64?
  let heldCorrupted: UInt64?
  let heldRoundTrip: RoundTripFigures?

  init(_ subject: Subject, _ figures: LosslessMeasurement.Figures) {
    self.subject = subject
    closedLoopFramesPerSecond = figures.closedLoop
    highestLosslessFramesPerSecond = figures.highest
    isAtLeast = figures.isAtLeast
    heldFramesPerSecond = figures.held?.sentPerSecond
    heldSeconds = figures.held.map { Double($0.elapsed) / 1e9 }
    heldSent = figures.held?.sent
    heldLost = figures.held?.lost
    heldCorrupted = figures.held?.corrupted
    heldRoundTrip = figures.held?.roundTrips.map { RoundTripFigures($0, withHistogram: true) }
  }

  /// Of the frames sent in the long run.
  var shareLost: Double? {
    guard let heldSent, let heldLost, heldSent > 0 else { return nil }
    return Double(heldLost) / Double(heldSent)
  }
}

/// A subject of the suite `start`.
struct StartRow: Encodable, Sendable {
  let subject: Subject
  /// From the start of the process to the first frame that came back.
  let firstFrameMs: Spread
  let residentBytes: Spread?
  /// Part of it: of one queue with the default of frames and chunks. Absent where there is none of ours.
  let umemBytes: Int?

  private static var umem: Int {
    let usual = Configuration(interface: BenchLab.reflectorEnd)
    return usual.frames * usual.chunkSize
  }

  /// Nil without a single start.
  init?(_ subject: Subject, _ starts: [StartMeasurement.Figures]) {
    guard let times = Spread(starts.map { Double($0.nanoseconds) / 1e6 }) else { return nil }
    self.subject = subject
    firstFrameMs = times
    residentBytes = Spread(starts.compactMap { $0.residentBytes.map { Double($0) } })
    umemBytes = subject.isReflector && subject.hasWorkers ? Self.umem : nil
  }
}

/// A subject of the suite `idle`.
struct IdleRow: Encodable, Sendable {
  let subject: Subject
  /// Of one core, by all threads of the process.
  let coreShare: Spread

  init?(_ subject: Subject, _ shares: [Double]) {
    guard let spread = Spread(shares) else { return nil }
    self.subject = subject
    coreShare = spread
  }
}

/// What could not be measured, and why.
struct LeftOut: Encodable, Sendable {
  let what: String
  let why: String
}
