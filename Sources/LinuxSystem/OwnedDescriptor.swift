import Glibc

/// A file descriptor with one owner, closed at the end of its life.
package struct OwnedDescriptor: ~Copyable, Sendable {
  package let rawValue: CInt

  /// Takes over a descriptor that nobody else closes.
  package init(_ rawValue: CInt) {
    self.rawValue = rawValue
  }

  deinit {
    _ = close(rawValue)
  }

  /// Gives the descriptor away: the caller closes it.
  package consuming func release() -> CInt {
    let descriptor = rawValue
    discard self
    return descriptor
  }
}
