import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The steps of opening a socket, each one call or a few of a kind.
struct XSKSetup<Kernel: XSKKernel> {
  private let configuration: XSKConfiguration
  private let calls: SocketCalls<Kernel>

  init(_ configuration: XSKConfiguration, _ calls: SocketCalls<Kernel>) {
    self.configuration = configuration
    self.calls = calls
  }

  private var kernel: Kernel { calls.kernel }
  private var txEntries: UInt32 { configuration.txEntries ?? configuration.frames }
  private var rxEntries: UInt32 { configuration.rxEntries ?? configuration.frames }

  func register(_ umem: borrowing UMEM) throws(SystemCallError) {
    let registration = UMEMRegistration(
      address: UInt64(UInt(bitPattern: umem.mapping.base)), byteCount: umem.byteCount,
      chunkSize: umem.chunkSize.rawValue)
    try calls.set(XDP_UMEM_REG, "XDP_UMEM_REG", registration)
  }

  func setRingSizes() throws(SystemCallError) {
    try calls.set(XDP_UMEM_FILL_RING, "XDP_UMEM_FILL_RING", configuration.frames)
    try calls.set(XDP_UMEM_COMPLETION_RING, "XDP_UMEM_COMPLETION_RING", configuration.frames)
    try calls.set(XDP_RX_RING, "XDP_RX_RING", rxEntries)
    try calls.set(XDP_TX_RING, "XDP_TX_RING", txEntries)
  }

  /// Maps the four rings where the kernel says they are, and fills the fill ring.
  func mapRings(_ umem: consuming UMEM) throws(SystemCallError) -> FrameRings {
    let offsets = try calls.option(XDP_MMAP_OFFSETS, "XDP_MMAP_OFFSETS", initially: xdp_mmap_offsets())
    let frames = configuration.frames
    let fill = FillRing(
      try map("fill ring", XDP_UMEM_PGOFF_FILL_RING, offsets.fr, frames, MemoryLayout<UInt64>.stride))
    let completion = CompletionRing(
      try map("completion ring", XDP_UMEM_PGOFF_COMPLETION_RING, offsets.cr, frames, MemoryLayout<UInt64>.stride))
    let rx = RXRing(
      try map("RX ring", UInt64(XDP_PGOFF_RX_RING), offsets.rx, rxEntries, MemoryLayout<xdp_desc>.stride))
    let tx = TXRing(
      try map("TX ring", UInt64(XDP_PGOFF_TX_RING), offsets.tx, txEntries, MemoryLayout<xdp_desc>.stride))
    return FrameRings(
      umem: umem, fill: fill, completion: completion, rx: rx, tx: tx,
      longestChain: configuration.multiBuffer ? configuration.longestChain : nil)
  }

  private func map(
    _ name: String, _ pageOffset: UInt64, _ offsets: xdp_ring_offset, _ size: UInt32, _ stride: Int
  ) throws(SystemCallError) -> RingMemory {
    let byteCount = RingMemory.byteCount(offsets: offsets, size: size, stride: stride)
    let address = try check("mmap \(name)") {
      kernel.map(
        byteCount: byteCount, flags: CInt(MAP_SHARED) | CInt(MAP_POPULATE), descriptor: calls.fileDescriptor,
        offset: Int(pageOffset))
    }
    return RingMemory(mapping: Mapping(address: address, byteCount: byteCount), offsets: offsets, size: size)
  }

  /// How much a kick may send, and how the socket is polled.
  func setLimits() throws(SystemCallError) {
    raiseSendLimit()
    // 6.17+: without it a kick in copy mode sends 32 frames at most.
    try? calls.set(CInt(CLINUX_XDP_MAX_TX_SKB_BUDGET), "XDP_MAX_TX_SKB_BUDGET", max(32, txEntries))
    guard configuration.busyPoll else { return }
    let prefer = CInt(CLINUX_SO_PREFER_BUSY_POLL)
    let budget = CInt(CLINUX_SO_BUSY_POLL_BUDGET)
    try calls.set(level: SOL_SOCKET, prefer, "SO_PREFER_BUSY_POLL", CInt(1))
    try calls.set(level: SOL_SOCKET, SO_BUSY_POLL, "SO_BUSY_POLL", CInt(20))
    try calls.set(level: SOL_SOCKET, budget, "SO_BUSY_POLL_BUDGET", CInt(64))
  }

  /// In copy mode every frame in flight is a packet of the kernel's that counts against the socket's
  /// send limit, 212,992 bytes by default: a few dozen frames. SO_SNDBUFFORCE needs CAP_NET_ADMIN;
  /// SO_SNDBUF goes as far as net.core.wmem_max. With neither, kicks say EAGAIN more often.
  private func raiseSendLimit() {
    // A packet: its bytes rounded up to a power of two with 320 bytes of the kernel's own, and its
    // header. The kernel doubles what it is told.
    let packet = Int64(2 * configuration.chunkSize.rawValue + 512)
    let limit = CInt(clamping: Int64(txEntries) * packet / 2)
    do throws(SystemCallError) {
      try calls.set(level: SOL_SOCKET, SO_SNDBUFFORCE, "SO_SNDBUFFORCE", limit)
    } catch {
      try? calls.set(level: SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", limit)
    }
  }

  func bind() throws(SystemCallError) {
    let mode = configuration.bindMode == .zeroCopy ? XDP_ZEROCOPY : XDP_COPY
    let chains = configuration.multiBuffer ? CInt(CLINUX_XDP_USE_SG) : 0
    let address = sockaddr_xdp(
      sxdp_family: UInt16(AF_XDP), sxdp_flags: UInt16(XDP_USE_NEED_WAKEUP | mode | chains),
      sxdp_ifindex: configuration.interfaceIndex, sxdp_queue_id: configuration.queue, sxdp_shared_umem_fd: 0)
    try check("bind") { kernel.bind(calls.fileDescriptor, address) }
  }

  /// The mode that the kernel says it is. Another one than asked for is an error: nobody is to measure
  /// copy mode under the name of zero-copy.
  func confirmBindMode() throws(SystemCallError) -> BindMode {
    let options = try calls.option(XDP_OPTIONS, "XDP_OPTIONS", initially: xdp_options())
    let mode: BindMode = options.flags & UInt32(XDP_OPTIONS_ZEROCOPY) != 0 ? .zeroCopy : .copy
    guard mode == configuration.bindMode else {
      throw SystemCallError("bind \(configuration.bindMode), but XDP_OPTIONS says \(mode)", .notSupported)
    }
    return mode
  }
}

/// `struct xdp_umem_reg` as kernels from 6.8 on have it, in the same 32 bytes. The older one that the
/// headers here declare ends in padding where this has a field, and a copy of it carries anything there.
private struct UMEMRegistration: BitwiseCopyable {
  var address: UInt64
  var byteCount: UInt64
  var chunkSize: UInt32
  var headroom: UInt32 = 0
  var flags: UInt32 = 0
  var txMetadataLength: UInt32 = 0
}
