import CLinux
import Glibc

/// A range of mapped memory with one owner, unmapped at the end of its life.
///
/// Invariant: `base ..< base + byteCount` is one mapping that nobody else unmaps, so every pointer into
/// it is good for exactly as long as this value lives.
///
/// The unmapping is not part of the seam (``XSKKernel``): a kernel played by a test hands out real
/// mappings, so that a test for leaks looks at the real thing.
@usableFromInline
package struct Mapping: ~Copyable, @unchecked Sendable {
  /// Page-aligned.
  @usableFromInline package let base: UnsafeMutableRawPointer
  @usableFromInline package let byteCount: Int

  /// Takes over what `mmap` answered.
  ///
  /// - Parameter address: not `MAP_FAILED`, which is -1 and has been turned into an error before.
  package init(address: Int, byteCount: Int) {
    guard let base = UnsafeMutableRawPointer(bitPattern: address) else {
      preconditionFailure("a mapping at address 0")
    }
    self.base = base
    self.byteCount = byteCount
  }

  deinit {
    _ = munmap(base, byteCount)
  }
}
