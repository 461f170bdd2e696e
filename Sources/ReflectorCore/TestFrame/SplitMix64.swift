/// Sebastiano Vigna's SplitMix64: a generator that is seeded with one number, so that whatever it made
/// can be made again. For test frames and tests; not for secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// What ``next()`` would answer at its call number `index`, counted from 0, without the calls before.
  package static func value(seed: UInt64, index: Int) -> UInt64 {
    mix(seed &+ step &* (UInt64(truncatingIfNeeded: index) &+ 1))
  }

  /// 2^64 divided by the golden ratio, made odd: the states run through all 2^64 numbers.
  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Spreads every bit of the state over the whole number (variant 13 of Stafford's finalizers).
  private static func mix(_ state: UInt64) -> UInt64 {
    var value = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
