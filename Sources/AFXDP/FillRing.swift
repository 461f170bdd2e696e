/// The ring on which user space gives the kernel chunks to receive into.
///
/// Invariants:
/// - It has as many entries as the UMEM has chunks, so there is always room for a frame in hand:
///   overload shows as the kernel finding this ring empty, never as a frame without a place.
/// - An address may be any byte of its chunk: in aligned mode the kernel masks it. So what the
///   completion ring or the RX ring said goes back here as it is.
@usableFromInline
package struct FillRing: ~Copyable, Sendable {
  @usableFromInline package var half: ProducerHalf<UInt64>

  package init(_ memory: consuming RingMemory) {
    half = ProducerHalf(memory)
  }

  /// Entries of the ring.
  package var size: UInt32 { half.memory.size }

  /// Entries that may be written now, at most `wanted`.
  @inlinable
  package mutating func reserve(upTo wanted: UInt32) -> UInt32 {
    half.reserve(upTo: wanted)
  }

  /// Writes the frame's address into the next reserved entry.
  @inlinable
  package mutating func put(_ frame: consuming Frame) {
    half.write(frame.address)
    frame.handOver()
  }

  /// Gives the kernel a chunk that no frame has named yet: only while the socket is being opened.
  mutating func put(chunkAt address: UInt64) {
    half.write(address)
  }

  /// Makes everything written the kernel's.
  @inlinable
  package mutating func submit() {
    half.submit()
  }

  /// Whether the driver sleeps until it is told that there are chunks again. The system call is
  /// `recvfrom` or `poll`.
  @inlinable
  package var needsWakeup: Bool { half.memory.needsWakeup }

  /// Chunks that wait here for the kernel.
  @inlinable
  package var pending: UInt32 { half.pending }
}
