import CGeneratorABI
import Testing

@testable import ReflectorBench

@Suite("Round trips in buckets")
struct RoundTripsTests {
  /// The program's formula, from generator_abi.h.
  private func bucket(of value: UInt64) -> Int {
    guard value >= 32 else { return Int(value) }
    let power = 63 - value.leadingZeroBitCount
    return 32 * (power - 4) + (Int(value >> UInt64(power - 5)) & 31)
  }

  @Test("the middle of a value's bucket is within 1/64 of it", arguments: 0..<32)
  func middleIsNear(power: Int) {
    for step in 0..<1000 {
      let value = (UInt64(1) << UInt64(power)) + UInt64(step) * (UInt64(1) << UInt64(power)) / 1000
      let bucket = bucket(of: value)
      #expect(bucket < Int(GENERATOR_BUCKETS.rawValue))
      let middle = RoundTrips.middle(ofBucket: bucket)
      let distance = middle > value ? middle - value : value - middle
      #expect(distance <= value / 32, "\(value) in bucket \(bucket), middle \(middle)")
    }
  }

  @Test("median and 99th percentile of known counts")
  func percentiles() throws {
    var counts = [UInt64](repeating: 0, count: Int(GENERATOR_BUCKETS.rawValue))
    counts[10] = 98
    counts[bucket(of: 1000)] = 2
    let trips = try #require(RoundTrips(counts: counts, least: 10, most: 1001))
    #expect(trips.frames == 100)
    #expect(trips.median == 10)
    #expect((985...1001).contains(trips.percentile(0.99)))
    #expect(trips.percentile(0.9) == 10 && (985...1001).contains(trips.percentile(0.999)))
  }

  @Test("no figure lies outside of what was measured")
  func clamped() throws {
    var counts = [UInt64](repeating: 0, count: Int(GENERATOR_BUCKETS.rawValue))
    counts[bucket(of: 100_000)] = 1
    let trips = try #require(RoundTrips(counts: counts, least: 100_000, most: 100_000))
    #expect(trips.median == 100_000 && trips.percentile(0.99) == 100_000)
  }

  @Test("two runs are one, and buckets border on each other")
  func merged() throws {
    var counts = [UInt64](repeating: 0, count: Int(GENERATOR_BUCKETS.rawValue))
    counts[bucket(of: 500)] = 1
    let one = try #require(RoundTrips(counts: counts, least: 500, most: 500))
    counts[bucket(of: 9000)] = 3
    let other = try #require(RoundTrips(counts: counts, least: 490, most: 9010))
    let both = try #require(RoundTrips(merging: [one, other]))
    #expect(both.frames == 5 && both.least == 490 && both.most == 9010 && both.counts[bucket(of: 500)] == 2)
    #expect(RoundTrips(merging: []) == nil)
    for bucket in 0..<800 {
      let (start, next) = (RoundTrips.start(ofBucket: bucket), RoundTrips.start(ofBucket: bucket + 1))
      #expect(start < next && self.bucket(of: start) == bucket && self.bucket(of: next - 1) == bucket)
    }
  }

  @Test("nothing measured is no figure, not 0")
  func none() {
    #expect(RoundTrips(counts: [0, 0], least: 0, most: 0) == nil)
  }
}
