/// Where a queue's packets are moved between the driver's memory and the UMEM.
@usableFromInline
package enum BindMode: Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// The kernel copies each frame (`XDP_COPY`). Every driver can.
  case copy
  /// The driver receives into the UMEM and sends from it (`XDP_ZEROCOPY`). Some drivers can.
  case zeroCopy

  @usableFromInline package var description: String {
    switch self {
    case .copy: "copy"
    case .zeroCopy: "zero-copy"
    }
  }
}

/// Bytes of a chunk. Aligned mode of the kernel: a power of two, no more than a page.
@usableFromInline
package enum ChunkSize: UInt32, Sendable, Hashable, CaseIterable {
  /// Frames up to 1,792 bytes: enough for an MTU of 1,500.
  case bytes2048 = 2048
  /// Frames up to 3,840 bytes.
  case bytes4096 = 4096

  /// Bytes that the kernel keeps free before each received frame (`XDP_PACKET_HEADROOM`).
  package static let kernelHeadroom: UInt32 = 256

  /// Bytes of the longest frame that fits, with no headroom of our own. Longer ones the kernel drops
  /// and counts as `rx_dropped`, unless they may be chains (``XSKConfiguration/multiBuffer``).
  package var longestFrame: UInt32 { rawValue - Self.kernelHeadroom }
}

/// What a socket is to be like. Plain values: nothing is asked of the kernel before ``XSK/open(_:kernel:)``.
@usableFromInline
package struct XSKConfiguration: Sendable, Hashable {
  /// Interface index, in the calling thread's network namespace.
  package var interfaceIndex: UInt32
  /// RX and TX queue of that interface.
  package var queue: UInt32
  /// Chunks of the UMEM, and entries of each ring: a power of two, 64…65536.
  package var frames: UInt32 = 4096
  package var chunkSize: ChunkSize = .bytes4096
  /// The UMEM in pages of 2 MiB if they can be had. What was got is ``XSK/pages``.
  package var hugePages = false
  /// NUMA node on which the UMEM should be, best the NIC's. `nil`: wherever the kernel likes.
  package var numaNode: Int?
  /// Drive the driver's NAPI from this socket's system calls (`SO_PREFER_BUSY_POLL`, 5.11+).
  @usableFromInline package var busyPoll = false
  /// How to bind. Exactly this or an error: stepping down is the caller's decision.
  package var bindMode: BindMode = .copy
  /// Frames longer than a chunk come and go as chains of descriptors (`XDP_USE_SG`, 6.6+).
  @usableFromInline package var multiBuffer = false
  /// Descriptors of the longest chain that is sent, with ``multiBuffer``.
  package var longestChain = Chain.longest
  /// Bytes of the longest frame that is sent back.
  package var longestFrame: UInt32 { chunkSize.longestFrame * (multiBuffer ? longestChain : 1) }
  /// Entries of the TX and RX rings, if not as many as frames. Fill and completion rings always have
  /// as many entries as there are frames, or a frame could be without a place.
  package var txEntries: UInt32?
  package var rxEntries: UInt32?

  /// The values of `frames` that a socket can be opened with.
  package static func isValid(frames: UInt32) -> Bool {
    (64...65536).contains(frames) && frames & (frames - 1) == 0
  }

  package init(interfaceIndex: UInt32, queue: UInt32) {
    self.interfaceIndex = interfaceIndex
    self.queue = queue
  }
}
