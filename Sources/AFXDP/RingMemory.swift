import CLinux
import Synchronization

/// The memory of one ring: two indices, a word of flags, and a power of two of entries.
///
/// Invariants:
/// - The producer's index is written by the producer only, the consumer's by the consumer only. Both
///   count entries since the ring was made and wrap at 2³²; the entry of an index is `index & mask`.
/// - `producer &- consumer` is the number of entries between the two, never more than `size`.
/// - Entries become visible with the release store of the producer's index, and free again with the
///   release store of the consumer's.
///
/// Where the words stand is the kernel's choice (`XDP_MMAP_OFFSETS`), so they are pointers here. The
/// memory may come from anywhere: the rings of a test are made over plain anonymous memory.
@usableFromInline
package struct RingMemory: ~Copyable, @unchecked Sendable {
  /// Entries; a power of two.
  @usableFromInline package let size: UInt32
  @usableFromInline package let mapping: Mapping
  @usableFromInline package let producer: UnsafeMutablePointer<Atomic<UInt32>>
  @usableFromInline package let consumer: UnsafeMutablePointer<Atomic<UInt32>>
  @usableFromInline package let flags: UnsafeMutablePointer<Atomic<UInt32>>
  @usableFromInline package let entries: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - mapping: at least ``byteCount(offsets:size:stride:)`` bytes.
  ///   - offsets: where in the mapping the words and the entries are.
  ///   - size: entries, a power of two.
  package init(mapping: consuming Mapping, offsets: xdp_ring_offset, size: UInt32) {
    precondition(size > 0 && size & (size - 1) == 0, "a ring of \(size) entries")
    let base = mapping.base
    self.size = size
    producer = (base + Int(offsets.producer)).assumingMemoryBound(to: Atomic<UInt32>.self)
    consumer = (base + Int(offsets.consumer)).assumingMemoryBound(to: Atomic<UInt32>.self)
    flags = (base + Int(offsets.flags)).assumingMemoryBound(to: Atomic<UInt32>.self)
    entries = base + Int(offsets.desc)
    self.mapping = mapping
  }

  /// What has to be mapped for a ring of `size` entries, `stride` bytes each.
  package static func byteCount(offsets: xdp_ring_offset, size: UInt32, stride: Int) -> Int {
    Int(offsets.desc) + Int(size) * stride
  }

  /// Whether the kernel sleeps on this ring until a system call wakes it (`XDP_RING_NEED_WAKEUP`).
  @inlinable
  package var needsWakeup: Bool {
    flags.pointee.load(ordering: .relaxed) & UInt32(XDP_RING_NEED_WAKEUP) != 0
  }
}
