import CLinux
import Glibc
public import SystemPackage

/// A call into the kernel, or into a library that stands for it, that failed.
///
/// Carries what is needed to tell an operator what happened; what to do about it is for those who know
/// why the call was made.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call in the kernel's words, with the option if it has one: `bind`, `setsockopt XDP_UMEM_REG`.
  public let call: String
  public let errno: Errno

  public init(_ call: String, _ errno: Errno) {
    self.call = call
    self.errno = errno
  }

  /// `bind: EBUSY (Device or resource busy)`
  public var description: String {
    "\(call): \(errno.name) (\(errno.description))"
  }
}

extension Errno {
  /// The constant's name: `EBUSY`.
  public var name: String {
    clinux_errno_name(rawValue).map { String(cString: $0) } ?? "errno \(rawValue)"
  }

  /// The calling thread's `errno`. This is the only place that reads it: call it right after the call
  /// that failed.
  package static var current: Errno { Errno(rawValue: Glibc.errno) }
}

/// Runs a call that answers a negative number on failure and sets `errno`.
@discardableResult
package func check<Result: SignedInteger>(
  _ call: @autoclosure () -> String, _ body: () -> Result
) throws(SystemCallError) -> Result {
  let result = body()
  guard result >= 0 else {
    let error = Errno.current
    throw SystemCallError(call(), error)
  }
  return result
}

/// As ``check(_:_:)``, and again for as long as a signal interrupts the call.
@discardableResult
package func checkRetrying<Result: SignedInteger>(
  _ call: @autoclosure () -> String, _ body: () -> Result
) throws(SystemCallError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let error = Errno.current
    if error != .interrupted { throw SystemCallError(call(), error) }
  }
}
