import CLinux
import Glibc

/// A process, which it goes on to name also when that has ended and its number is another's (pidfd, Linux 5.3).
package struct ProcessHandle: ~Copyable, Sendable {
  package let pid: Int32
  private let descriptor: OwnedDescriptor

  /// ESRCH where there is none.
  package init(pid: Int32) throws(SystemCallError) {
    self.pid = pid
    descriptor = OwnedDescriptor(try check("pidfd_open") { clinux_pidfd_open(pid) })
  }

  /// ESRCH once it has ended.
  ///
  /// - Parameter value: comes with it (`si_value`), unless one of these signals is pending already.
  package func send(_ signal: CInt, value: CInt = 0) throws(SystemCallError) {
    try check("pidfd_send_signal") { clinux_pidfd_send_signal(descriptor.rawValue, signal, value) }
  }

  package var isAlive: Bool {
    var descriptor = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) == 0
  }
}
