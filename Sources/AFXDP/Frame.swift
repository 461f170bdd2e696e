/// A frame in user space's hand: a place in the UMEM and the number of bytes there.
///
/// Invariants:
/// - A chunk that is in none of the four rings and not with the kernel is named by exactly one `Frame`.
/// - A `Frame` comes out of the RX ring or the completion ring, and nowhere else.
/// - It is linear: it ends by going to the TX ring or to the fill ring (or, when the kernel named an
///   address that is no chunk at all, by being written off). It can't be copied, so it can't be
///   submitted twice; in debug builds one that is merely forgotten traps, because that is a chunk lost
///   for as long as the socket lives.
///
/// In release builds this is two integers in registers and no code at all.
@frozen @usableFromInline
package struct Frame: ~Copyable {
  /// Offset of the first byte in the UMEM. Not a multiple of the chunk size: the kernel's 256 bytes of
  /// headroom come before it.
  @usableFromInline package let address: UInt64
  /// Bytes, without FCS. 0 for a frame from the completion ring, which doesn't tell.
  @usableFromInline package let length: UInt32

  @inlinable
  init(address: UInt64, length: UInt32) {
    self.address = address
    self.length = length
  }

  #if DEBUG
    deinit {
      trapOnLostFrame(address, length)
    }
  #endif

  /// Ends the frame once its address is written down in a ring: from there on the ring names it.
  @inlinable
  consuming func handOver() {
    #if DEBUG
      discard self
    #endif
  }
}

#if DEBUG
  private func trapOnLostFrame(_ address: UInt64, _ length: UInt32) {
    preconditionFailure("frame dropped in hand: address \(address), \(length) bytes")
  }
#endif
