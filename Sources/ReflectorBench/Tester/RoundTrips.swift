import CGeneratorABI

/// Round trips as the program `receive` sorted them into buckets, 3 % wide (generator_abi.h).
struct RoundTrips: Sendable {
  /// Frames in each bucket.
  private(set) var counts: [UInt64]
  /// Nanoseconds.
  private(set) var least: UInt64
  private(set) var most: UInt64
  private(set) var frames: UInt64

  /// Nil when no frame that came back carried its time.
  init?(counts: [UInt64], least: UInt64, most: UInt64) {
    frames = counts.reduce(0, +)
    guard frames > 0 else { return nil }
    self.counts = counts
    self.least = least
    self.most = most
  }

  /// Of several runs, as if they had been one.
  init?(merging runs: [RoundTrips]) {
    guard var merged = runs.first else { return nil }
    for run in runs.dropFirst() {
      for (bucket, count) in run.counts.enumerated() { merged.counts[bucket] += count }
      merged.least = min(merged.least, run.least)
      merged.most = max(merged.most, run.most)
      merged.frames += run.frames
    }
    self = merged
  }

  /// Nanoseconds that this share of the frames doesn't exceed: the middle of the bucket in which the frame of that rank
  /// lies, and nothing outside of what was measured. Ranks count from 1.
  func percentile(_ share: Double) -> UInt64 {
    let rank = UInt64((Double(frames) * share).rounded(.up))
    var seen: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return min(max(Self.middle(ofBucket: bucket), least), most) }
    }
    return most
  }

  var median: UInt64 { percentile(0.5) }

  private static let perPower = 1 << Int(GENERATOR_BUCKET_BITS.rawValue)

  /// The inverse of the program's bucket of a value.
  static func middle(ofBucket bucket: Int) -> UInt64 {
    let start = start(ofBucket: bucket)
    return start + (Self.start(ofBucket: bucket + 1) - start) / 2
  }

  /// The least value in it.
  static func start(ofBucket bucket: Int) -> UInt64 {
    guard bucket >= perPower else { return UInt64(bucket) }
    return UInt64(perPower + bucket % perPower) << UInt64(bucket / perPower - 1)
  }
}
