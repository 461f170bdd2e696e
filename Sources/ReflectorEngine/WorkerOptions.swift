/// What a worker is told beside its socket.
package struct WorkerOptions: Sendable, Hashable {
  /// Frames a turn, at most; more than 0.
  package var batch: UInt32 = 64
  /// The one CPU that the thread runs on. `nil`: wherever the scheduler likes.
  package var cpu: Int?
  /// Nanoseconds for which a zero-copy driver may refuse every kick before that ends the work.
  package var patience: Int64 = 10_000_000_000

  /// Nanoseconds that a worker with nothing to do looks on, at most, before it blocks; 0: blocks at once. One that
  /// busy-polls never blocks.
  package var spinLimit: Int64 = 50_000

  package init() {}
}
