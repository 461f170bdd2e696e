/// The ring on which the kernel gives back the frames that it has transmitted, or dropped while trying.
///
/// Invariants:
/// - Each valid TX descriptor comes back here exactly once. An invalid one never does.
/// - It has as many entries as the UMEM has chunks: the kernel never finds it full.
@usableFromInline
package struct CompletionRing: ~Copyable, Sendable {
  @usableFromInline package var half: ConsumerHalf<UInt64>

  package init(_ memory: consuming RingMemory) {
    half = ConsumerHalf(memory)
  }

  /// Entries of the ring.
  package var size: UInt32 { half.memory.size }

  /// Frames that may be taken now, at most `wanted`.
  @inlinable
  package mutating func peek(upTo wanted: UInt32) -> UInt32 {
    half.peek(upTo: wanted)
  }

  /// Takes the next frame into hand. Its length is 0: the ring has addresses only.
  @inlinable
  package mutating func take() -> Frame {
    Frame(address: half.take(), length: 0)
  }

  /// Gives the entries of all frames taken back to the kernel.
  @inlinable
  package mutating func release() {
    half.release()
  }

  /// Frames that wait here to be taken.
  @inlinable
  package var pending: UInt32 { half.pending }
}
