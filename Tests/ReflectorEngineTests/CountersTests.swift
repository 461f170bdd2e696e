import AFXDP
import CReflectorABI
import Testing

@testable import ReflectorEngine

@Suite struct CountersTests {
  @Test func theFieldsStandWhereTheHeaderHasThem() {
    let offsets: [(WorkerCounters.Field, Int?)] = [
      (.received, MemoryLayout.offset(of: \reflector_worker.received)),
      (.reflected, MemoryLayout.offset(of: \reflector_worker.reflected)),
      (.completed, MemoryLayout.offset(of: \reflector_worker.completed)),
      (.refused, MemoryLayout.offset(of: \reflector_worker.refused)),
      (.rejectedInvalidDescriptor, MemoryLayout.offset(of: \reflector_worker.rejected_invalid_descriptor)),
      (.rejectedNotReflectable, MemoryLayout.offset(of: \reflector_worker.rejected_not_reflectable)),
      (.batches, MemoryLayout.offset(of: \reflector_worker.batches)),
      (.held, MemoryLayout.offset(of: \reflector_worker.held)),
      (.txWakeups, MemoryLayout.offset(of: \reflector_worker.tx_wakeups)),
      (.rxWakeups, MemoryLayout.offset(of: \reflector_worker.rx_wakeups)),
      (.polls, MemoryLayout.offset(of: \reflector_worker.polls)),
      (.linkDown, MemoryLayout.offset(of: \reflector_worker.link_down)),
    ]
    #expect(offsets.map(\.0) == WorkerCounters.Field.allCases)
    for (field, offset) in offsets { #expect(offset == 8 * field.rawValue) }
    #expect(MemoryLayout<reflector_worker>.offset(of: \.queue) == 8 * WorkerCounters.Field.allCases.count)
  }

  @Test func whatIsPublishedIsRead() {
    let slot = Slot()
    slot.pointer.pointee.received = 99
    let counters = WorkerCounters(slot.pointer, queue: 7, cpu: 3, frames: 4096, bindMode: .zeroCopy)
    #expect(slot.tally == WorkerTally(), "a slot starts at zero")
    var tally = WorkerTally()
    (tally.received, tally.reflected, tally.completed, tally.refused) = (10, 7, 6, 5)
    (tally.rejectedInvalidDescriptor, tally.rejectedNotReflectable) = (1, 2)
    (tally.batches, tally.held, tally.txWakeups) = (8, 9, 11)
    (tally.rxWakeups, tally.polls, tally.linkDown) = (12, 13, 14)
    counters.publish(tally)
    #expect(slot.tally == tally)
    #expect(slot.pointer.pointee.cpu == 3 && slot.pointer.pointee.bind_mode == REFLECTOR_BIND_ZERO_COPY)
    tally.refused = 7
    counters.publish(tally)
    #expect(slot.tally.refused == 6, "refused is part of completed")
  }
}
