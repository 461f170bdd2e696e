import CLinux
import Glibc
import LinuxSystem

/// A network namespace without a name, kept by a descriptor only.
///
/// Nothing stands in `/run/netns`, so there is nothing to remove: when the last descriptor and the last
/// thread are gone, after `kill -9` too, the kernel takes the namespace down with all that is in it.
/// Needs CAP_SYS_ADMIN.
package struct AnonymousNamespace: ~Copyable, Sendable {
  private let descriptor: OwnedDescriptor

  /// Valid as long as this owner lives.
  package var rawValue: CInt { descriptor.rawValue }

  package init() throws(LabError) {
    let rawValue = try Self.onThread("lab-namespace") { () throws(LabError) in
      try doing("make a network namespace") { () throws(SystemCallError) in
        try check("unshare CLONE_NEWNET") { clinux_unshare_network_namespace() }
        return try check("open /proc/thread-self/ns/net") { open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) }
      }
    }
    descriptor = OwnedDescriptor(rawValue)
  }

  /// Runs the body in this namespace, on a thread of its own, and waits for what it returns.
  package func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(LabError) -> Value
  ) throws(LabError) -> Value {
    let namespace = rawValue
    return try Self.onThread(name) { () throws(LabError) in
      try Self.enter(namespace)
      return try body()
    }
  }

  /// A namespace is a thread's: it is entered by such a thread only, and left by its end. A thread of
  /// Swift concurrency's would carry it to other work.
  private static func onThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(LabError) -> Value
  ) throws(LabError) -> Value {
    let result = Handover<Result<Value, LabError>>()
    try doing("start a thread") { () throws(SystemCallError) in
      try PosixThread(name: name) { result.put(Result { () throws(LabError) in try body() }) }
    }.join()
    return try result.take().get()
  }

  /// Moves the calling thread for good: only for a thread that ends afterwards.
  static func enter(_ namespace: CInt) throws(LabError) {
    try doing("enter a network namespace") { () throws(SystemCallError) in
      _ = try check("setns CLONE_NEWNET") { clinux_enter_network_namespace(namespace) }
    }
  }
}
