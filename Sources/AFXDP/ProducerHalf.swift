import Synchronization

/// User space's half of a ring that it produces into: fill and TX.
///
/// Invariants, with `consumer` the kernel's index:
/// - `consumer ≤ submitted ≤ written ≤ limit`, all compared as distances because they wrap.
/// - Entries in `submitted ..< written` are written but not yet the kernel's.
/// - `limit` is a consumer's index seen earlier plus the size: always safe, at worst too careful. The
///   kernel's cache line is only read when the cached value doesn't leave enough room.
///
/// Per batch: at most one acquire (``reserve(upTo:)``) and one release (``submit()``).
@usableFromInline
package struct ProducerHalf<Entry: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline package let memory: RingMemory
  @usableFromInline package let entries: UnsafeMutablePointer<Entry>
  @usableFromInline package let mask: UInt32
  @usableFromInline package var submitted: UInt32
  @usableFromInline package var written: UInt32
  @usableFromInline package var limit: UInt32

  /// Takes the ring at whatever indices it stands.
  package init(_ memory: consuming RingMemory) {
    entries = memory.entries.assumingMemoryBound(to: Entry.self)
    mask = memory.size - 1
    written = memory.producer.pointee.load(ordering: .relaxed)
    submitted = written
    limit = memory.consumer.pointee.load(ordering: .acquiring) &+ memory.size
    self.memory = memory
  }

  /// Finds room. Reserving is no promise to write: what isn't written is simply free again.
  ///
  /// - Returns: entries that may be written now, at most `wanted`. O(1).
  @inlinable
  package mutating func reserve(upTo wanted: UInt32) -> UInt32 {
    var free = limit &- written
    if free < wanted {
      let seen = memory.consumer.pointee.load(ordering: .acquiring)
      // A consumer ahead of its producer would be a kernel gone wrong: believe none of it.
      if submitted &- seen <= memory.size { limit = seen &+ memory.size }
      free = limit &- written
    }
    return min(free, wanted)
  }

  /// Writes the next entry. The kernel doesn't see it before ``submit()``.
  @inlinable
  package mutating func write(_ entry: Entry) {
    precondition(written != limit, "ring entry written that was not reserved")
    entries[Int(written & mask)] = entry
    written &+= 1
  }

  /// Makes all entries written so far the kernel's, with one release store.
  @inlinable
  package mutating func submit() {
    guard written != submitted else { return }
    memory.producer.pointee.store(written, ordering: .releasing)
    submitted = written
  }

  /// Entries that were submitted and that the kernel has not consumed yet.
  @inlinable
  package var pending: UInt32 {
    submitted &- memory.consumer.pointee.load(ordering: .acquiring)
  }
}
