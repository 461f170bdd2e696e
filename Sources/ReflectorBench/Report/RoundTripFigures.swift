/// How long frames were under way, in nanoseconds.
struct RoundTripFigures: Encodable, Sendable {
  let frames: UInt64
  let leastNs: UInt64
  let p50Ns: UInt64
  let p90Ns: UInt64
  let p99Ns: UInt64
  let p999Ns: UInt64
  let mostNs: UInt64
  /// Of those that hold frames: from, up to and without, how many. Absent where round trips aren't the question.
  let histogram: [Bucket]?

  struct Bucket: Encodable, Sendable {
    let fromNs: UInt64
    let toNs: UInt64
    let frames: UInt64
  }

  init(_ trips: RoundTrips, withHistogram: Bool) {
    frames = trips.frames
    leastNs = trips.least
    p50Ns = trips.median
    p90Ns = trips.percentile(0.9)
    p99Ns = trips.percentile(0.99)
    p999Ns = trips.percentile(0.999)
    mostNs = trips.most
    guard withHistogram else {
      histogram = nil
      return
    }
    histogram = trips.counts.enumerated().filter { $0.element > 0 }.map { bucket, count in
      Bucket(
        fromNs: RoundTrips.start(ofBucket: bucket), toNs: RoundTrips.start(ofBucket: bucket + 1), frames: count)
    }
  }
}

/// How much later frames come back than from the kernel's limit, in nanoseconds: percentile less percentile, since
/// nobody knows how long one frame would have taken there.
struct AddedLatency: Encodable, Sendable {
  let p50Ns: Int64
  let p99Ns: Int64
  let p999Ns: Int64

  /// Nil where one of the two wasn't measured.
  init?(_ trips: RoundTrips?, above limit: RoundTrips?) {
    guard let trips, let limit else { return nil }
    func added(_ share: Double) -> Int64 { Int64(trips.percentile(share)) - Int64(limit.percentile(share)) }
    p50Ns = added(0.5)
    p99Ns = added(0.99)
    p999Ns = added(0.999)
  }
}
