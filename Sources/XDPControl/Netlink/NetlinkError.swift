import Glibc
import LinuxSystem
import SystemPackage

/// A netlink request that the kernel refused, or that didn't get through.
package struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The message and what it was about: `RTM_NEWLINK veth0`.
  package let operation: String
  package let errno: Errno
  /// The kernel's own words (NLMSGERR_ATTR_MSG of the extended ACK), often the only ones that tell the
  /// cause: `Peer MTU is too large to set XDP`. Nil when it had none.
  package let kernelMessage: String?

  package init(_ operation: String, _ errno: Errno, kernelMessage: String? = nil) {
    self.operation = operation
    self.errno = errno
    self.kernelMessage = kernelMessage
  }

  init(_ error: SystemCallError) {
    self.init(error.call, error.errno)
  }

  /// `RTM_NEWLINK veth0: EEXIST (File exists): the kernel's message`
  package var description: String {
    let base = SystemCallError(operation, errno).description
    return kernelMessage.map { "\(base): \($0)" } ?? base
  }
}
