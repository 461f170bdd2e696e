import CLinux
import Glibc
import SystemPackage

/// A thread of our own, with one owner who waits for its end.
///
/// Not a task of Swift's: a worker belongs to one CPU for as long as it runs, and a network namespace
/// belongs to a thread. A new thread inherits both from the one that starts it, but not its signals: those
/// are all blocked, so that SIGINT and SIGTERM go to a thread that knows what to do, and no system call here
/// is interrupted.
package struct PosixThread: ~Copyable {
  private let handle: pthread_t

  /// Starts a thread under a name of at most 15 characters (`/proc/PID/task/TID/comm`).
  ///
  /// - Throws: `pthread_create` with `EAGAIN` at the limit of threads.
  package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
    let entry = Unmanaged.passRetained(Entry(name: name, body: body))
    var handle = pthread_t()
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let error = pthread_create(&handle, nil, { Self.run($0) }, entry.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard error == 0 else {
      entry.release()
      throw SystemCallError("pthread_create", Errno(rawValue: error))
    }
    self.handle = handle
  }

  /// Waits for the thread's end.
  package consuming func join() {
    pthread_join(handle, nil)
  }

  /// CPU time that the thread has used, in nanoseconds; nil when it can't be told.
  package var cpuNanoseconds: UInt64? {
    UInt64(exactly: clinux_thread_cpu_ns(handle))
  }

  /// Outside of any closure: in one, it would inherit an actor's isolation and trap on the new thread.
  private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
    clinux_name_thread(entry.name)
    entry.body()
    return nil
  }

  private final class Entry: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
