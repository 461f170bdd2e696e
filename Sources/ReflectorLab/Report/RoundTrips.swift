/// A sample of round trips, in nanoseconds. Kept whole: a lab run has some thousands.
package struct RoundTrips: Hashable, Sendable {
  private var samples: [Int64] = []

  package init() {}

  package init(_ samples: some Sequence<Int64>) {
    self.samples = samples.sorted()
  }

  package var count: Int { samples.count }

  /// nil without samples: a number that isn't known is absent, never 0.
  package var summary: Summary? {
    guard let first = samples.first else { return nil }
    return Summary(min: first, median: rank(0.5), p99: rank(0.99))
  }

  package func merging(_ other: RoundTrips) -> RoundTrips {
    RoundTrips(samples + other.samples)
  }

  /// The nearest-rank percentile: always a round trip that did happen.
  private func rank(_ fraction: Double) -> Int64 {
    samples[max(0, Int((fraction * Double(samples.count)).rounded(.up)) - 1)]
  }

  /// In nanoseconds.
  package struct Summary: Hashable, Sendable {
    package let min: Int64
    package let median: Int64
    package let p99: Int64
  }
}
