import LinuxSystem
import Synchronization

/// What a worker's thread and its handle know in common. Whatever the thread reads in every turn is one
/// atomic word; all else is touched when something changes.
final class WorkerControl: Sendable {
  /// Set before ``stop`` is given: for a worker that doesn't block.
  let stopRequested = Atomic<Bool>(false)
  /// Set by the thread: busy polling sent nothing, so its kicks wake the driver again.
  let wakesDriver = Atomic<Bool>(false)
  /// Wakes a worker that blocks.
  let stop: Signal
  /// Given by the thread when it has taken its place, or couldn't.
  let started: Signal
  /// Of the thread, as `top` shows it; 0 before it runs.
  let threadID = Atomic<Int32>(0)
  /// CPU time of the thread in nanoseconds, known when it has ended.
  let finalCPUNanoseconds = Atomic<Int64>(-1)
  var finalCPU: UInt64? { UInt64(exactly: finalCPUNanoseconds.load(ordering: .acquiring)) }
  private let guarded = Mutex(WorkerState.starting)

  init() throws(SystemCallError) {
    stop = try Signal()
    started = try Signal()
  }

  var state: WorkerState {
    get { guarded.withLock { $0 } }
    set(state) { guarded.withLock { $0 = state } }
  }

  func requestStop() {
    stopRequested.store(true, ordering: .releasing)
    stop.give()
  }
}
