import CLinux

/// The ring on which user space gives the kernel frames to transmit.
///
/// Invariants:
/// - Every descriptor is written whole, `options` included: the entry still has what stood there one
///   round ago, and stale options make a descriptor invalid, which loses its frame for good.
/// - Submitting is not sending: in copy mode nothing leaves before a system call (`sendto`, or `poll`
///   on the way), and one call takes 32 descriptors unless the kernel was told otherwise.
@usableFromInline
package struct TXRing: ~Copyable, Sendable {
  @usableFromInline package var half: ProducerHalf<xdp_desc>

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

  /// Writes the frame's descriptor into the next reserved entry.
  @inlinable
  package mutating func put(_ frame: consuming Frame) {
    half.write(xdp_desc(addr: frame.address, len: frame.length, options: 0))
    frame.handOver()
  }

  /// Writes the descriptor of a part of a chain, of which more follows or doesn't.
  @inlinable
  package mutating func put(_ frame: consuming Frame, isContinued: Bool) {
    half.write(xdp_desc(addr: frame.address, len: frame.length, options: isContinued ? Chain.continued : 0))
    frame.handOver()
  }

  /// Makes everything written the kernel's.
  @inlinable
  package mutating func submit() {
    half.submit()
  }

  /// Whether a system call must kick the kernel before it looks here. Always so in copy mode.
  @inlinable
  package var needsWakeup: Bool { half.memory.needsWakeup }

  /// Frames that were submitted and that the kernel has not taken yet.
  @inlinable
  package var pending: UInt32 { half.pending }
}
