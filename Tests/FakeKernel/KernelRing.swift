import CLinux
import Synchronization

/// The kernel's half of one ring, for test programs: reads and writes the ring's memory through indices
/// of its own, with nothing of the code under test.
package struct KernelRing {
  /// Where the words of a ring stand in its mapping. Not where Linux has them: nobody may count on that.
  package static let offsets = xdp_ring_offset(producer: 0, consumer: 64, desc: 192, flags: 128)

  package let base: UnsafeMutableRawPointer
  package let size: UInt32

  package init(_ base: UnsafeMutableRawPointer, size: UInt32, startingAt index: UInt32) {
    self.base = base
    self.size = size
    producer = index
    consumer = index
  }

  private func word(_ offset: UInt64) -> UnsafeMutablePointer<Atomic<UInt32>> {
    (base + Int(offset)).assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  package var producer: UInt32 {
    get { word(Self.offsets.producer).pointee.load(ordering: .acquiring) }
    nonmutating set { word(Self.offsets.producer).pointee.store(newValue, ordering: .releasing) }
  }

  package var consumer: UInt32 {
    get { word(Self.offsets.consumer).pointee.load(ordering: .acquiring) }
    nonmutating set { word(Self.offsets.consumer).pointee.store(newValue, ordering: .releasing) }
  }

  package var needsWakeup: Bool {
    get { word(Self.offsets.flags).pointee.load(ordering: .relaxed) != 0 }
    nonmutating set { word(Self.offsets.flags).pointee.store(newValue ? 1 : 0, ordering: .relaxed) }
  }

  /// Entries that are produced and not consumed.
  package var count: UInt32 { producer &- consumer }

  /// Consumes one entry, if there is one.
  package func consume<Entry: BitwiseCopyable>(_: Entry.Type) -> Entry? {
    guard count > 0 else { return nil }
    let entry = slot(Entry.self, consumer).pointee
    consumer &+= 1
    return entry
  }

  /// Produces one entry. False if the ring is full.
  package func produce<Entry: BitwiseCopyable>(_ entry: Entry) -> Bool {
    guard count < size else { return false }
    slot(Entry.self, producer).pointee = entry
    producer &+= 1
    return true
  }

  /// The place of an index, for tests that look at or spoil what stands there.
  package func slot<Entry: BitwiseCopyable>(_: Entry.Type, _ index: UInt32) -> UnsafeMutablePointer<Entry> {
    (base + Int(Self.offsets.desc)).assumingMemoryBound(to: Entry.self) + Int(index & (size - 1))
  }
}
