import AFXDP
import CReflectorABI
import Synchronization

/// One worker's slot in the map `workers`, memory-mapped: how others see what the worker counts.
///
/// Invariants:
/// - One writer, so a plain store is enough; each is aligned and atomic, so no reader sees half of one.
/// - The sums hold at every moment for a reader that goes against the stream. The writer stores from
///   the head of a frame's way to its end (received, then rejected and reflected, then completed, then
///   refused), each with release; ``read(_:)`` loads from the end to the head, each with acquire. What
///   it has seen of a later station is then never more than what it sees of an earlier one:
///   `received ≥ reflected + rejected`, `reflected ≥ completed ≥ refused`.
package struct WorkerCounters: ~Copyable, @unchecked Sendable {
  /// The leading 64-bit words of `reflector_worker`, in its order. The tests hold the two together.
  package enum Field: Int, CaseIterable, Sendable {
    case received = 0
    case reflected, completed, refused, rejectedInvalidDescriptor, rejectedNotReflectable
    case batches, held, txWakeups, rxWakeups, polls, linkDown
  }

  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// Starts the slot at zero.
  ///
  /// - Parameters:
  ///   - slot: valid for as long as this value lives, and written by nobody else.
  ///   - cpu: where the worker is pinned.
  package init(
    _ slot: UnsafeMutablePointer<reflector_worker>, queue: UInt32, cpu: Int?, frames: UInt32, bindMode: BindMode
  ) {
    var start = reflector_worker()
    start.queue = queue
    start.cpu = cpu.map { UInt32($0) } ?? .max
    start.frames = frames
    start.bind_mode = bindMode == .zeroCopy ? REFLECTOR_BIND_ZERO_COPY : REFLECTOR_BIND_COPY
    slot.pointee = start
    words = UnsafeMutableRawPointer(slot).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// Shows the tally to others. Twelve stores.
  func publish(_ tally: WorkerTally) {
    store(.received, tally.received)
    store(.rejectedInvalidDescriptor, tally.rejectedInvalidDescriptor)
    store(.rejectedNotReflectable, tally.rejectedNotReflectable)
    store(.reflected, tally.reflected)
    store(.completed, tally.completed)
    // EBUSY says that a frame was dropped; its completion may be a moment behind.
    store(.refused, min(tally.refused, tally.completed))
    store(.batches, tally.batches)
    store(.held, tally.held)
    store(.txWakeups, tally.txWakeups)
    store(.rxWakeups, tally.rxWakeups)
    store(.polls, tally.polls)
    store(.linkDown, tally.linkDown)
  }

  private func store(_ field: Field, _ value: UInt64) {
    words[field.rawValue].store(value, ordering: .releasing)
  }

  /// Reads a slot that a worker may be writing, such that the sums hold.
  package static func read(_ slot: UnsafePointer<reflector_worker>) -> WorkerTally {
    let words = UnsafeRawPointer(slot).assumingMemoryBound(to: Atomic<UInt64>.self)
    func load(_ field: Field) -> UInt64 { words[field.rawValue].load(ordering: .acquiring) }
    var tally = WorkerTally()
    tally.refused = load(.refused)
    tally.completed = load(.completed)
    tally.reflected = load(.reflected)
    tally.rejectedNotReflectable = load(.rejectedNotReflectable)
    tally.rejectedInvalidDescriptor = load(.rejectedInvalidDescriptor)
    tally.received = load(.received)
    tally.batches = load(.batches)
    tally.held = load(.held)
    tally.txWakeups = load(.txWakeups)
    tally.rxWakeups = load(.rxWakeups)
    tally.polls = load(.polls)
    tally.linkDown = load(.linkDown)
    return tally
  }
}
