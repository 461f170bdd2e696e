import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A signal from one thread to another, once: an eventfd, so that it can be waited for together with
/// a socket.
package struct Signal: ~Copyable, Sendable {
  private let descriptor: OwnedDescriptor

  /// - Throws: `eventfd`.
  package init() throws(SystemCallError) {
    descriptor = OwnedDescriptor(try check("eventfd") { eventfd(0, CInt(EFD_CLOEXEC)) })
  }

  /// For `poll`: readable once the signal was given, and from then on.
  package var fileDescriptor: CInt { descriptor.rawValue }

  /// Gives the signal. Any number of times, from any thread.
  package func give() {
    // Can't fail: a blocking eventfd takes 2⁶⁴ - 2 of these.
    _ = eventfd_write(descriptor.rawValue, 1)
  }

  /// Blocks until the signal is given, and takes it back.
  package func await() {
    var count: eventfd_t = 0
    while eventfd_read(descriptor.rawValue, &count) < 0, Errno.current == .interrupted {}
  }
}
