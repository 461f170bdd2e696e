import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Opening a socket: the order below is the kernel's, but for two choices of ours that it allows: the
/// fill ring is full before the bind, and the bind names its mode and is then looked up.
extension XSK {
  /// Opens a socket, with its own UMEM, and binds it to its queue.
  ///
  /// Everything made on the way is undone if a later step fails. A UMEM is not to be used again after a
  /// failed bind (EBUSY), so trying another mode means calling this again.
  ///
  /// Asked for, and no error when refused: a higher RLIMIT_MEMLOCK (what counts is whether
  /// `XDP_UMEM_REG` fits), the NUMA node, huge pages (see ``pages``), a higher send limit, and more
  /// than 32 frames a kick (6.17+).
  ///
  /// - Throws: the first call that failed, with its option: `setsockopt XDP_UMEM_REG`, `bind`.
  package static func open(
    _ configuration: XSKConfiguration, kernel: Kernel
  ) throws(SystemCallError) -> XSK {
    guard XSKConfiguration.isValid(frames: configuration.frames) else {
      throw SystemCallError("XSK.open with \(configuration.frames) frames", .invalidArgument)
    }
    _ = kernel.raiseMemoryLockLimit()
    let umem = try UMEM(configuration, kernel: kernel)
    let descriptor = OwnedDescriptor(try check("socket AF_XDP") { kernel.socket() })
    let setup = XSKSetup(configuration, SocketCalls(fileDescriptor: descriptor.rawValue, kernel: kernel))

    try setup.register(umem)
    try setup.setRingSizes()
    let rings = try setup.mapRings(umem)
    try setup.setLimits()
    try setup.bind()
    let bindMode = try setup.confirmBindMode()
    return XSK(descriptor, configuration, bindMode, rings, kernel)
  }
}

extension XSK where Kernel == LinuxKernel {
  /// Opens a socket of the kernel's: see ``open(_:kernel:)``.
  package static func open(_ configuration: XSKConfiguration) throws(SystemCallError) -> XSK {
    try open(configuration, kernel: LinuxKernel())
  }
}
