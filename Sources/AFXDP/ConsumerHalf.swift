import Synchronization

/// User space's half of a ring that it consumes from: RX and completion.
///
/// Invariants, with `producer` the kernel's index:
/// - `released ≤ taken ≤ known ≤ producer`, all compared as distances because they wrap.
/// - Entries in `released ..< taken` are read, and their places are not yet the kernel's again.
/// - Looking takes nothing: only ``take()`` moves on. So there is no way to peek at entries and then
///   abandon them, and nothing to cancel.
///
/// Per batch: at most one acquire (``peek(upTo:)``) and one release (``release()``).
@usableFromInline
package struct ConsumerHalf<Entry: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline package let memory: RingMemory
  @usableFromInline package let entries: UnsafeMutablePointer<Entry>
  @usableFromInline package let mask: UInt32
  @usableFromInline package var released: UInt32
  @usableFromInline package var taken: UInt32
  @usableFromInline package var known: UInt32

  /// Takes the ring at whatever indices it stands.
  package init(_ memory: consuming RingMemory) {
    entries = memory.entries.assumingMemoryBound(to: Entry.self)
    mask = memory.size - 1
    taken = memory.consumer.pointee.load(ordering: .relaxed)
    released = taken
    known = taken
    self.memory = memory
  }

  /// Looks for entries.
  ///
  /// - Returns: entries that may be taken now, at most `wanted`. O(1).
  @inlinable
  package mutating func peek(upTo wanted: UInt32) -> UInt32 {
    var available = known &- taken
    if available < wanted {
      let seen = memory.producer.pointee.load(ordering: .acquiring)
      // A producer more than one round ahead would be a kernel gone wrong: believe none of it.
      if seen &- taken <= memory.size { known = seen }
      available = known &- taken
    }
    return min(available, wanted)
  }

  /// Reads the next entry. Its place stays ours until ``release()``.
  @inlinable
  package mutating func take() -> Entry {
    precondition(taken != known, "ring entry taken that was not seen")
    let entry = entries[Int(taken & mask)]
    taken &+= 1
    return entry
  }

  /// The entry that ``take()`` gives after `ahead` others, if it has been seen already.
  @inlinable
  package func upcoming(after ahead: UInt32) -> Entry? {
    known &- taken > ahead ? entries[Int((taken &+ ahead) & mask)] : nil
  }

  /// Gives the places of all entries taken so far back to the kernel, with one release store.
  @inlinable
  package mutating func release() {
    guard taken != released else { return }
    memory.consumer.pointee.store(taken, ordering: .releasing)
    released = taken
  }

  /// Entries that the kernel has produced and that were not taken yet.
  @inlinable
  package var pending: UInt32 {
    memory.producer.pointee.load(ordering: .acquiring) &- taken
  }
}
