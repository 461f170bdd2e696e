import CLinux

/// A frame longer than a chunk: several descriptors in a row (multi-buffer), all but the last of which say that the
/// frame goes on.
@usableFromInline
package enum Chain {
  /// `XDP_PKT_CONTD` in a descriptor's options.
  @inlinable package static var continued: UInt32 { UInt32(CLINUX_XDP_PKT_CONTD) }

  /// Descriptors of the longest chain that any way of sending takes: the kernel's MAX_SKB_FRAGS, 17 unless it was
  /// built with more. Copy mode takes one more with most devices, but not with those that want no linear part
  /// (IFF_TX_SKB_NO_LINEAR, virtio_net). Of a longer one nothing would ever come back.
  package static let longest: UInt32 = 17
}

/// The next frame in the RX ring, before anything of it is taken.
@frozen @usableFromInline
package enum UpcomingFrame: Sendable, Hashable {
  /// Nothing there, or not its last descriptor yet.
  case none
  /// Whole, in so many descriptors, each inside its chunk and none empty.
  case whole(UInt32)
  /// Whole, in so many descriptors, one of which is empty or outside of its chunk: it can't be sent.
  case invalid(UInt32)
  /// More descriptors than can be sent, whether or not its last one is there.
  case tooLong
}

/// Which chunks hold the end of a frame: by them completions, which come one a descriptor, are counted as frames.
///
/// One byte a chunk, written when the chunk goes on the TX ring, read when it comes back.
@usableFromInline
package struct FrameEnds: ~Copyable, @unchecked Sendable {
  @usableFromInline package let isEnd: UnsafeMutableBufferPointer<Bool>

  /// - Parameter chunks: 0 where each frame is one descriptor, and nobody asks.
  init(chunks: UInt32) {
    isEnd = .allocate(capacity: Int(chunks))
    isEnd.initialize(repeating: false)
  }

  deinit {
    isEnd.deallocate()
  }
}
