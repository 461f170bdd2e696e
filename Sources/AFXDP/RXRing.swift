import CLinux

/// The ring on which the kernel hands over received frames.
///
/// Invariants:
/// - A descriptor is a claim: nobody reads the frame's bytes before the UMEM has checked that address
///   and length stay inside one chunk.
/// - Frames that can't be worked on now stay here. The kernel then counts what it must drop
///   (`rx_ring_full`), which is better than dropping what was already taken.
@usableFromInline
package struct RXRing: ~Copyable, Sendable {
  @usableFromInline package var half: ConsumerHalf<xdp_desc>

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

  /// Takes the next frame into hand.
  @inlinable
  package mutating func take() -> Frame {
    let descriptor = half.take()
    return Frame(address: descriptor.addr, length: descriptor.len)
  }

  /// Address of the frame that comes after `ahead` others, for a prefetch: nothing is taken and nothing
  /// was checked.
  @inlinable
  package func upcomingAddress(after ahead: UInt32 = 0) -> UInt64? { half.upcoming(after: ahead)?.addr }

  /// The descriptor that comes after `ahead` others, if it has been seen already: nothing is taken.
  @inlinable
  package func upcoming(after ahead: UInt32) -> xdp_desc? { half.upcoming(after: ahead) }

  /// Gives the entries of all frames taken back to the kernel.
  @inlinable
  package mutating func release() {
    half.release()
  }

  /// Frames that wait here to be taken.
  @inlinable
  package var pending: UInt32 { half.pending }
}
