/// What two cases can be compared by.
enum Figure: String, Codable, CaseIterable, Sendable {
  case framesPerSecond = "frames_per_second"
  case roundTripMedian = "round_trip_median"
  case workerTime = "worker_ns_per_frame"

  func value(_ run: RunResult) -> Double? {
    switch self {
    case .framesPerSecond: run.framesPerSecond
    case .roundTripMedian: run.roundTrips.map { Double($0.median) }
    case .workerTime: run.cpu.map { run.perFrame($0.workers) }
    }
  }

  /// The n-th run of one over the n-th of the other: the same round, seconds apart. Nil where there is no pair.
  func ratio(_ runs: [RunResult]?, to others: [RunResult]?) -> Spread? {
    guard let runs, let others else { return nil }
    return Spread(
      zip(runs, others).compactMap { run, other in
        guard let one = value(run), let another = value(other), another > 0 else { return nil }
        return one / another
      })
  }
}
