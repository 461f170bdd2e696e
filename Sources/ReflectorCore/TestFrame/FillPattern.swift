/// Bytes that fill a test frame up: they look random, so that a moved, stale or mixed-up piece of a
/// frame shows, and can be told again from the seed and their place.
package struct FillPattern: Hashable, Sendable {
  package let seed: UInt64

  package init(seed: UInt64) {
    self.seed = seed
  }

  /// The byte at `index`, counted from the start of the UDP payload.
  package func byte(at index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: SplitMix64.value(seed: seed, index: index / 8) >> (8 * UInt64(index % 8)))
  }

  /// Where `payload`, the UDP payload of a frame that came back, first differs from the pattern, at or
  /// after `start`. Nil if it doesn't.
  package func firstDifference(in payload: some Collection<UInt8>, from start: Int) -> Int? {
    zip(0..., payload).first { $0 >= start && byte(at: $0) != $1 }?.0
  }
}
