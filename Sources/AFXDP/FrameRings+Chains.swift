import CLinux

/// Frames that are chains of descriptors: what ``FrameRings`` does with sockets that have multi-buffer, and only with
/// those. A frame of one descriptor is a chain of one.
///
/// Invariants:
/// - A chain is taken whole or not at all. One whose end isn't in the RX ring yet waits there.
/// - It goes on the TX ring whole, or all its chunks go back to the fill ring. Room for the one or the other is found
///   before anything of it is taken.
/// - The RX ring is never full by the kernel's doing, where it has as many entries as there are chunks: each entry
///   names another chunk. So no driver comes to hand over half a frame there.
/// - Neither does the TX ring come to name a chunk twice, when the kernel takes back descriptors that it has consumed
///   (NETDEV_TX_BUSY): those from its consumer to our producer name different chunks, still.
///
/// What is called once a frame is `@inlinable`, as in ``FrameRings``.
///
/// The frame's way through here, in the order of a turn: ``recycleChains()``, ``peekChains()``, and then for each
/// frame ``upcomingFrame()``, ``hasRoom(for:)`` and ``receive()``, ``transmit(_:isContinued:)`` or ``reject(_:)`` for each descriptor
/// of it; ``submit()``.
extension FrameRings {
  /// Completion ring → fill ring, as ``recycle()``.
  ///
  /// - Returns: frames of which the last descriptor came back.
  package mutating func recycleChains() -> UInt32 {
    let available = completion.peek(upTo: completion.size)
    let count = fill.reserve(upTo: available)
    var frames: UInt32 = 0
    for _ in 0..<count {
      let frame = completion.take()
      let chunk = umem.chunk(at: frame.address)
      #if DEBUG
        ledger.move(chunk, from: .kernelTX, to: .kernelRX)
      #endif
      if let chunk, ends.isEnd[Int(chunk)] { frames &+= 1 }
      fill.put(frame)
    }
    fill.submit()
    completion.release()
    return frames
  }

  /// Looks at all that is in the RX ring.
  package mutating func peekChains() {
    _ = rx.peek(upTo: rx.size)
    fetchFirst()
  }

  /// The next frame, of what ``peekChains()`` saw. O(length of the chain). (Mutating as ``fetchFirst()`` is.)
  @inlinable
  package mutating func upcomingFrame() -> UpcomingFrame {
    var length: UInt32 = 0
    var isValid = true
    while let descriptor = rx.upcoming(after: length) {
      length &+= 1
      guard length <= longestChain else { return .tooLong }
      // An empty one would be an invalid descriptor on the TX ring, of which nothing ever comes back.
      if !umem.contains(descriptor) || descriptor.len == 0 { isValid = false }
      if descriptor.options & Chain.continued == 0 { return isValid ? .whole(length) : .invalid(length) }
    }
    return .none
  }

  /// Finds room for a frame of so many descriptors, whatever becomes of it.
  @inlinable
  package mutating func hasRoom(for descriptors: UInt32) -> (onTX: Bool, onFill: Bool) {
    (tx.reserve(upTo: descriptors) == descriptors, fill.reserve(upTo: descriptors) == descriptors)
  }

  /// Gives the chunks of a frame that is too long back, as far as it is there; the rest of it with the next call.
  ///
  /// - Returns: descriptors taken.
  package mutating func discardTooLong() -> UInt32 {
    isDiscarding = true
    return discardRest()
  }

  /// Goes on where ``discardTooLong()`` came to an end too early; does nothing otherwise.
  @inlinable
  package mutating func discardRest() -> UInt32 {
    var taken: UInt32 = 0
    while isDiscarding, let descriptor = rx.upcoming(after: 0), fill.reserve(upTo: 1) == 1 {
      isDiscarding = descriptor.options & Chain.continued != 0
      taken &+= 1
      reject(receive())
    }
    return taken
  }

  /// Puts a part of a frame on the TX ring; the rest of the frame has to follow before the next ``submit()``.
  @inlinable
  package mutating func transmit(_ frame: consuming Frame, isContinued: Bool) {
    let chunk = umem.chunk(at: frame.address)
    #if DEBUG
      ledger.move(chunk, from: .inHand, to: .kernelTX)
    #endif
    if let chunk { ends.isEnd[Int(chunk)] = !isContinued }
    tx.put(frame, isContinued: isContinued)
  }
}
