import AFXDP
import CLinux
import Glibc
import SystemPackage

/// A kernel in memory: takes chunks from the fill ring, delivers frames on the RX ring, sends what is on
/// the TX ring and completes it, all only when it is told to. Single-threaded and deterministic.
///
/// It keeps its own books, so a test can compare them with those of the code under test. A descriptor
/// that Linux would not accept ends up in `complaints`.
package final class FakeKernel: XSKKernel, @unchecked Sendable {
  package let memory = SharedMemory()

  // How it is to behave.
  /// The indices that all rings start at.
  package var startIndex: UInt32 = 0
  /// What `getsockopt XDP_OPTIONS` says, if not what was bound.
  package var claimedMode: BindMode?
  package var hasHugePages = true
  /// Descriptors that one kick takes, as copy mode does. Zero-copy drivers take all.
  package var kickBudget = 32
  /// Whether what is sent is completed at once.
  package var completesAtOnce = true
  /// Whether a kick of a socket that prefers busy polling polls only the receiver, and so sends nothing.
  package var pollsReceiverOnly = false
  /// Errnos that the next kicks of TX answer with, first one first. `nil`: send.
  package var kickScript: [Errno?] = []
  /// Errno that every kick and every bound call answers with: the link is down, the device is gone.
  package var condition: Errno?
  /// Called by a kick of TX before anything else: what the driver does by itself meanwhile.
  package var onKick: () -> Void = {}
  /// Called by `poll`, instead of waiting. Answers the revents of the socket.
  package var onPoll: (_ timeoutMilliseconds: CInt) -> Int16 = { _ in 0 }

  // Setting up: the calls made, and which of them to refuse.
  package private(set) var calls: [String] = []
  package var refusals: [Int: Errno] = [:]
  package private(set) var options: [String: [UInt8]] = [:]
  package private(set) var boundAddress: sockaddr_xdp?
  package private(set) var fillEntriesAtBind: UInt32?

  // The rings and the UMEM, once they are mapped.
  package internal(set) var fill: KernelRing?
  package internal(set) var completion: KernelRing?
  package internal(set) var rx: KernelRing?
  package internal(set) var tx: KernelRing?
  package internal(set) var umem = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  // The books.
  /// Chunks taken from the fill ring, not yet delivered in.
  package internal(set) var held: [UInt64] = []
  /// Taken from the TX ring, not yet on the completion ring.
  package internal(set) var inFlight: [UInt64] = []
  /// Taken from the TX ring of a frame that goes on there, in copy mode: a call ends anywhere.
  package internal(set) var started: (bytes: [UInt8], addresses: [UInt64]) = ([], [])
  /// The bytes of each frame that left.
  package internal(set) var sent: [[UInt8]] = []
  package internal(set) var refusedFrames = 0
  package internal(set) var kicks = 0
  package internal(set) var complaints: [String] = []

  package init() {}

  /// Notes the call and answers whether it is to be refused, with `errno` set.
  func refuses(_ call: String) -> Bool {
    calls.append(call)
    guard let errno = refusals[calls.count - 1] else { return false }
    Glibc.errno = errno.rawValue
    return true
  }

  package func raiseMemoryLockLimit() -> CInt {
    refuses("setrlimit") ? -1 : 0
  }

  package func socket() -> CInt {
    refuses("socket AF_XDP") ? -1 : memory.open(byteCount: 0)
  }

  package func setOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeRawPointer, byteCount: socklen_t
  ) -> CInt {
    let name = OptionName.of(level: level, option: option)
    if refuses("setsockopt \(name)") { return -1 }
    options[name] = Array(UnsafeRawBufferPointer(start: value, count: Int(byteCount)))
    return 0
  }

  package func getOption(
    _ descriptor: CInt, level: CInt, option: CInt, value: UnsafeMutableRawPointer,
    byteCount: UnsafeMutablePointer<socklen_t>
  ) -> CInt {
    if refuses("getsockopt \(OptionName.of(level: level, option: option))") { return -1 }
    switch option {
    case XDP_MMAP_OFFSETS:
      let one = KernelRing.offsets
      value.storeBytes(of: xdp_mmap_offsets(rx: one, tx: one, fr: one, cr: one), as: xdp_mmap_offsets.self)
    case XDP_OPTIONS:
      let mode = claimedMode ?? boundMode
      value.storeBytes(of: mode == .zeroCopy ? UInt32(XDP_OPTIONS_ZEROCOPY) : 0, as: UInt32.self)
    case XDP_STATISTICS:
      let statistics = xdp_statistics(
        rx_dropped: 1, rx_invalid_descs: 2, tx_invalid_descs: 3, rx_ring_full: 4, rx_fill_ring_empty_descs: 5,
        tx_ring_empty_descs: 6)
      value.storeBytes(of: statistics, as: xdp_statistics.self)
    default:
      complaints.append("getsockopt of option \(option)")
    }
    return 0
  }

  package var boundForChains: Bool {
    (boundAddress?.sxdp_flags ?? 0) & UInt16(CLINUX_XDP_USE_SG) != 0
  }

  package var boundMode: BindMode {
    (boundAddress?.sxdp_flags ?? 0) & UInt16(XDP_ZEROCOPY) != 0 ? .zeroCopy : .copy
  }

  package func preferNode(_ node: Int, address: UnsafeMutableRawPointer, byteCount: Int) -> CInt {
    refuses("mbind node \(node)") ? -1 : 0
  }

  package func populate(_ address: UnsafeMutableRawPointer, byteCount: Int) -> CInt {
    refuses("madvise UMEM MADV_POPULATE_WRITE") ? -1 : 0
  }

  package func bind(_ descriptor: CInt, _ address: sockaddr_xdp) -> CInt {
    if refuses("bind") { return -1 }
    boundAddress = address
    fillEntriesAtBind = fill?.count
    tx?.needsWakeup = true
    return 0
  }
}

/// Names of socket options as the kernel has them.
enum OptionName {
  private static let xdp = [
    XDP_MMAP_OFFSETS: "XDP_MMAP_OFFSETS", XDP_RX_RING: "XDP_RX_RING", XDP_TX_RING: "XDP_TX_RING",
    XDP_UMEM_REG: "XDP_UMEM_REG", XDP_UMEM_FILL_RING: "XDP_UMEM_FILL_RING",
    XDP_UMEM_COMPLETION_RING: "XDP_UMEM_COMPLETION_RING", XDP_STATISTICS: "XDP_STATISTICS",
    XDP_OPTIONS: "XDP_OPTIONS", 9: "XDP_MAX_TX_SKB_BUDGET",
  ]
  private static let socket = [
    SO_SNDBUF: "SO_SNDBUF", SO_SNDBUFFORCE: "SO_SNDBUFFORCE", SO_BUSY_POLL: "SO_BUSY_POLL",
    69: "SO_PREFER_BUSY_POLL", 70: "SO_BUSY_POLL_BUDGET",
  ]

  static func of(level: CInt, option: CInt) -> String {
    (level == SOL_XDP ? xdp[option] : socket[option]) ?? "level \(level) option \(option)"
  }
}
