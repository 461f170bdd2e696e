import CLinux
import Glibc
import LinuxSystem

/// An AF_XDP socket bound to one queue, with the rings and the UMEM that belong to it.
///
/// Invariants:
/// - It is bound, in the mode that ``bindMode`` says and that the kernel has confirmed.
/// - One thread uses the rings. The descriptor's number may be used by others (for the XSKMAP, for
///   statistics) for as long as this value lives.
///
/// Order of destruction: the socket is closed by `deinit`, which runs before the fields are destroyed;
/// then the rings are unmapped, then the UMEM. So the kernel has let go of memory before it goes.
///
/// Least kernel: 5.4 (need-wakeup).
@usableFromInline
package struct XSK<Kernel: XSKKernel>: ~Copyable, Sendable {
  /// For the XSKMAP. Stays this value's own.
  @usableFromInline package let fileDescriptor: CInt
  @usableFromInline package let configuration: XSKConfiguration
  /// As confirmed by the kernel (`getsockopt XDP_OPTIONS`).
  @usableFromInline package let bindMode: BindMode
  @usableFromInline package var rings: FrameRings
  @usableFromInline package let kernel: Kernel

  init(
    _ descriptor: consuming OwnedDescriptor, _ configuration: XSKConfiguration, _ bindMode: BindMode,
    _ rings: consuming FrameRings, _ kernel: Kernel
  ) {
    fileDescriptor = descriptor.release()
    self.configuration = configuration
    self.bindMode = bindMode
    self.rings = rings
    self.kernel = kernel
  }

  deinit {
    _ = close(fileDescriptor)
  }

  /// The pages that the UMEM lies on, and why if not those asked for.
  package var pages: UMEMPages { rings.umem.pages }

  /// The socket's counters. May be called from another thread.
  ///
  /// - Throws: `getsockopt XDP_STATISTICS`.
  package func statistics() throws(SystemCallError) -> XSKStatistics {
    try Self.statistics(of: fileDescriptor, kernel: kernel)
  }

  /// As ``statistics()``, for those who have the descriptor's number only.
  package static func statistics(of fileDescriptor: CInt, kernel: Kernel) throws(SystemCallError) -> XSKStatistics {
    let calls = SocketCalls(fileDescriptor: fileDescriptor, kernel: kernel)
    return XSKStatistics(try calls.option(XDP_STATISTICS, "XDP_STATISTICS", initially: xdp_statistics()))
  }
}

extension XSK {
  /// Has kicks of a busy-polling socket wake the driver again (`SO_PREFER_BUSY_POLL` 0); they poll all the same.
  ///
  /// With the preference the kernel only polls the NAPI instance that the socket's frames came through. A driver
  /// that sends from another one then never sends.
  package func wakeDriver() throws(SystemCallError) {
    let calls = SocketCalls(fileDescriptor: fileDescriptor, kernel: kernel)
    try calls.set(level: SOL_SOCKET, CInt(CLINUX_SO_PREFER_BUSY_POLL), "SO_PREFER_BUSY_POLL", CInt(0))
  }
}

/// The calls of a turn. Each is one system call, and none allocates or throws.
extension XSK {
  /// Has the kernel look at the TX ring. In copy mode this is what sends: up to 32 frames a call, or
  /// the TX ring's size from 6.17 on.
  @inlinable
  package func kickTX() -> KickResult {
    kernel.kickTX(fileDescriptor) >= 0 ? .sent : .ofFailure()
  }

  /// Has the driver look at the fill ring, and run its NAPI when busy polling.
  @inlinable
  package func kickRX() -> KickResult {
    kernel.kickRX(fileDescriptor) >= 0 ? .sent : .ofFailure()
  }

  /// Blocks until frames arrive, `signal` is readable, or the time is up.
  ///
  /// With the interface down or gone `poll` says nothing, so the time should be bounded, and a kick
  /// made when it is up.
  ///
  /// - Parameters:
  ///   - frames: whether to look at the socket at all. Without, this is a rest that can be interrupted.
  ///   - signal: a descriptor that interrupts, usually an eventfd.
  ///   - timeoutMilliseconds: 0: look only.
  package func wait(forFrames frames: Bool = true, signal: CInt, timeoutMilliseconds: CInt) -> Readiness {
    // poll leaves out entries whose descriptor is negative.
    var polled = (
      pollfd(fd: frames ? fileDescriptor : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signal, events: Int16(POLLIN), revents: 0)
    )
    let count = withUnsafeMutablePointer(to: &polled) {
      $0.withMemoryRebound(to: pollfd.self, capacity: 2) {
        kernel.poll($0, count: 2, timeoutMilliseconds: timeoutMilliseconds)
      }
    }
    // What fails here is EINTR, and then nothing is ready.
    return count > 0 ? Readiness(socket: polled.0, signal: polled.1) : Readiness()
  }
}
