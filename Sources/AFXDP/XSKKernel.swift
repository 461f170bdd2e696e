import CLinux

/// The system calls that a socket needs: the seam where a test takes the kernel's place.
///
/// Each has its call's own meaning and its way to fail: a negative number, with `errno` set. So a test
/// forces any errno at any call, and everything above the seam, the reading of `errno` included, is the
/// same code. A kernel played by a test must hand out real descriptors and real mappings: closing and
/// unmapping are not part of the seam.
///
/// Used as a generic parameter only. For ``LinuxKernel`` nothing of it is left in a release build but
/// the calls.
@usableFromInline
package protocol XSKKernel: Sendable {
  // Setting up.

  /// Allows this process to lock as much memory as it may (`setrlimit RLIMIT_MEMLOCK`).
  func raiseMemoryLockLimit() -> CInt
  /// `socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0)`
  func socket() -> CInt
  func setOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeRawPointer, byteCount: socklen_t
  ) -> CInt
  func getOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeMutableRawPointer,
    byteCount: UnsafeMutablePointer<socklen_t>
  ) -> CInt
  /// `mmap`, readable and writable. -1, which is `MAP_FAILED`, with `errno`.
  func map(byteCount: Int, flags: CInt, descriptor: CInt, offset: Int) -> Int
  /// `mbind` with `MPOL_PREFERRED`.
  func preferNode(_ node: Int, address: UnsafeMutableRawPointer, byteCount: Int) -> CInt
  /// `madvise` with `MADV_POPULATE_WRITE`, 5.14+.
  func populate(_ address: UnsafeMutableRawPointer, byteCount: Int) -> CInt
  func bind(_ descriptor: CInt, _ address: sockaddr_xdp) -> CInt

  // Running.

  /// `sendto` with nothing to send and `MSG_DONTWAIT`: kicks TX.
  func kickTX(_ descriptor: CInt) -> Int
  /// `recvfrom` with no room and `MSG_DONTWAIT`: kicks the fill ring, and drives NAPI when busy polling.
  func kickRX(_ descriptor: CInt) -> Int
  func poll(_ descriptors: UnsafeMutablePointer<pollfd>, count: Int, timeoutMilliseconds: CInt) -> CInt
}
