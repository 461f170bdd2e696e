/// What one worker has counted so far: plain integers, its own, in frames unless said otherwise.
///
/// ``WorkerCounters`` shows them to others, once a turn. The names are those of `reflector_worker`.
package struct WorkerTally: Sendable, Hashable {
  package var received: UInt64 = 0
  package var reflected: UInt64 = 0
  package var completed: UInt64 = 0
  package var refused: UInt64 = 0
  package var rejectedInvalidDescriptor: UInt64 = 0
  package var rejectedNotReflectable: UInt64 = 0
  /// Turns.
  package var batches: UInt64 = 0
  /// Turns.
  package var held: UInt64 = 0
  /// System calls.
  package var txWakeups: UInt64 = 0
  /// System calls.
  package var rxWakeups: UInt64 = 0
  /// Times.
  package var polls: UInt64 = 0
  /// Kicks.
  package var linkDown: UInt64 = 0

  package init() {}

  /// Frames on the TX ring, with the device, or on the completion ring.
  package var inFlight: UInt64 { reflected &- completed }
}
