import AFXDP
import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// The handle of a worker that runs on a thread of its own.
///
/// Invariants:
/// - The socket lives as long as this handle, also after its thread has ended: its descriptor's number
///   stays good for ``statistics()`` and is nobody else's.
/// - Dropping the handle stops the thread and waits for it.
///
/// To stop without losing a frame: take the socket out of the XSKMAP, then ``requestStop()``, then
/// ``join()``. The counters are final after that.
package final class WorkerThread: Sendable {
  /// Of the socket, for the XSKMAP.
  package let fileDescriptor: CInt
  let control: WorkerControl
  private let thread: Mutex<PosixThread?>
  private let readStatistics: @Sendable () throws(SystemCallError) -> XSKStatistics

  /// - Parameter readStatistics: keeps the socket alive, too.
  init(
    _ thread: consuming PosixThread, _ control: WorkerControl, fileDescriptor: CInt,
    readStatistics: @escaping @Sendable () throws(SystemCallError) -> XSKStatistics
  ) {
    self.thread = Mutex(consume thread)
    self.control = control
    self.fileDescriptor = fileDescriptor
    self.readStatistics = readStatistics
  }

  deinit {
    requestStop()
    join()
  }

  package var state: WorkerState { control.state }

  /// Whether it busy-polls and has to wake the driver all the same, because nothing was sent otherwise.
  package var wakesDriver: Bool { control.wakesDriver.load(ordering: .acquiring) }

  /// The kernel's id of the thread.
  package var threadID: pid_t { control.threadID.load(ordering: .acquiring) }

  /// CPU time that the thread has used, in nanoseconds; final once it has ended.
  package var cpuNanoseconds: UInt64? {
    // It may end between the two questions.
    control.finalCPU ?? running ?? control.finalCPU
  }

  private var running: UInt64? {
    thread.withLock { thread in
      switch thread {
      case .some(let running): running.cpuNanoseconds
      case .none: nil
      }
    }
  }

  /// The socket's counters, read by the calling thread.
  ///
  /// - Throws: `getsockopt XDP_STATISTICS`.
  package func statistics() throws(SystemCallError) -> XSKStatistics {
    try readStatistics()
  }

  /// Asks the worker to end. Returns at once.
  package func requestStop() {
    control.requestStop()
  }

  /// Waits until the thread has ended: about a second at most after ``requestStop()``. May be called
  /// again.
  package func join() {
    thread.withLock { thread in
      thread.take()?.join()
    }
  }
}
