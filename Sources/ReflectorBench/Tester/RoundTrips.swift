import CGeneratorABI
import XDPControl

/// Round trips as the program `receive` sorted them into buckets, 3 % wide (generator_abi.h).
struct RoundTrips: Encodable, Sendable {
  /// Nanoseconds.
  let least: UInt64
  let median: UInt64
  let p99: UInt64
  let most: UInt64
  let frames: UInt64

  /// Nil when no frame that came back carried its time.
  init?(counts: [UInt64], least: UInt64, most: UInt64) {
    frames = counts.reduce(0, +)
    guard frames > 0 else { return nil }
    self.least = least
    self.most = most
    // A bucket's middle may be outside of what was measured.
    median = min(max(Self.value(at: 0.5, of: counts, total: frames), least), most)
    p99 = min(max(Self.value(at: 0.99, of: counts, total: frames), least), most)
  }

  /// The middle of the bucket in which the frame of that rank lies; ranks count from 1.
  private static func value(at fraction: Double, of counts: [UInt64], total: UInt64) -> UInt64 {
    let rank = UInt64((Double(total) * fraction).rounded(.up))
    var seen: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return middle(ofBucket: bucket) }
    }
    return middle(ofBucket: counts.count - 1)
  }

  /// The inverse of the program's bucket of a value.
  static func middle(ofBucket bucket: Int) -> UInt64 {
    let bits = Int(GENERATOR_BUCKET_BITS.rawValue)
    let perPower = 1 << bits
    guard bucket >= perPower else { return UInt64(bucket) }
    let shift = bucket / perPower - 1
    let start = UInt64(perPower + bucket % perPower) << UInt64(shift)
    return start + UInt64(1) << UInt64(shift) / 2
  }
}
