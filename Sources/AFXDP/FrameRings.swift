/// A UMEM and its four rings: every way that a frame can take.
///
/// Invariants:
/// - `frames = fill + kernel RX + RX + in hand + TX + in flight + completion + invalid`, at any instant
///   between turns. Debug builds keep a ledger and trap where a chunk is owned twice.
/// - Fill and completion ring have as many entries as there are chunks. So a frame in hand has room on
///   the fill ring, by counting, and a completion has room on its ring. The one exception passes by
///   itself: the kernel shows a received frame on RX a moment before it takes the entry off the fill
///   ring. So room is asked for nevertheless, and what has none for now stays where it is.
/// - What was put on the TX or the fill ring is submitted *before* the RX entries are released: a frame
///   the kernel may take is never named by a place that the kernel may overwrite.
///
/// What is called once a frame is `@inlinable`, for the figure "parse and rewrite" of `make bench`: without
/// it each frame costs seven calls. That works across modules only where the type itself is
/// `@usableFromInline` too, which is why all types on a frame's way are. What is called once a batch isn't.
///
/// The frame's way through here, in the order of a turn: ``recycle()``, ``peek(upTo:)``, ``receive()``
/// and then ``transmit(_:)`` or ``reject(_:)`` for each, ``submit()``.
@usableFromInline
package struct FrameRings: ~Copyable, Sendable {
  // Destroyed in the order of declaration, once the socket is closed: the rings' mappings, then the
  // UMEM that their entries point into.
  @usableFromInline package var fill: FillRing
  @usableFromInline package var completion: CompletionRing
  @usableFromInline package var rx: RXRing
  @usableFromInline package var tx: TXRing
  @usableFromInline package let umem: UMEM
  // Of multi-buffer; see FrameRings+Chains.swift.
  @usableFromInline let ends: FrameEnds
  @usableFromInline let longestChain: UInt32
  /// The frame that comes next in the RX ring is the rest of one that was too long.
  @usableFromInline package internal(set) var isDiscarding = false
  #if DEBUG
    @usableFromInline package var ledger: FrameLedger
  #endif

  /// Rings as they come, and all chunks put on the fill ring and submitted.
  ///
  /// Before the bind: some drivers (i40e, ice) leak when they find fewer entries there than they have
  /// descriptors.
  ///
  /// - Parameter longestChain: descriptors of the longest chain that is sent; nil where each frame is one.
  init(
    umem: consuming UMEM, fill: consuming FillRing, completion: consuming CompletionRing, rx: consuming RXRing,
    tx: consuming TXRing, longestChain: UInt32? = nil
  ) {
    let frames = umem.frames
    precondition(fill.size == frames && completion.size == frames, "a fill or completion ring too small")
    precondition(fill.reserve(upTo: frames) == frames, "a fill ring that isn't empty")
    for chunk in 0..<frames {
      fill.put(chunkAt: UInt64(chunk) * UInt64(umem.chunkSize.rawValue))
    }
    fill.submit()
    #if DEBUG
      ledger = FrameLedger(chunks: frames)
    #endif
    self.umem = umem
    self.fill = fill
    self.completion = completion
    // Neither ring may be what a chain is too long for, or it would wait for ever.
    self.longestChain = min(longestChain ?? 1, tx.size, rx.size - 1)
    ends = FrameEnds(chunks: longestChain == nil ? 0 : frames)
    self.rx = rx
    self.tx = tx
  }

  /// Completion ring → fill ring: all frames that the kernel is done with are given back to it.
  ///
  /// - Returns: the number of them.
  package mutating func recycle() -> UInt32 {
    let available = completion.peek(upTo: completion.size)
    let count = fill.reserve(upTo: available)
    for _ in 0..<count {
      let frame = completion.take()
      #if DEBUG
        ledger.move(umem.chunk(at: frame.address), from: .kernelTX, to: .kernelRX)
      #endif
      fill.put(frame)
    }
    fill.submit()
    completion.release()
    return count
  }

  /// Received frames that can be taken now, whatever becomes of each: there is room for all of them on
  /// the TX ring, and on the fill ring.
  ///
  /// - Returns: the number to take, at most `limit`, and whether more wait in the RX ring for room in the
  ///   TX ring.
  package mutating func peek(upTo limit: UInt32) -> (takeable: UInt32, isHeld: Bool) {
    let available = rx.peek(upTo: limit)
    let sendable = tx.reserve(upTo: available)
    fetchFirst()
    return (min(sendable, fill.reserve(upTo: available)), sendable < available)
  }

  /// Frames whose headers are fetched ahead. In copy mode another CPU has just written them, and the way
  /// between the caches is as long as the work on many frames. User mode, in ns a frame: 56-70 with one
  /// ahead, 35-41 with 8, 19-36 with 16, no less with 32 or 64 (docs/performance.md).
  @inlinable
  package static var fetchedAhead: UInt32 { 16 }

  /// Has the first frames of a batch fetched; ``receive()`` goes on from there.
  ///
  /// Mutating though it changes nothing: rings that are only lent are copied to the stack for a call, all 400 bytes.
  mutating func fetchFirst() {
    for ahead in 0..<Self.fetchedAhead {
      guard let address = rx.upcomingAddress(after: ahead) else { return }
      umem.prefetch(address)
    }
  }

  /// Takes the next received frame into hand, and has one of those after it fetched.
  @inlinable
  package mutating func receive() -> Frame {
    let frame = rx.take()
    if let later = rx.upcomingAddress(after: Self.fetchedAhead &- 1) { umem.prefetch(later) }
    #if DEBUG
      if let chunk = umem.chunk(at: frame.address) { ledger.move(chunk, from: .kernelRX, to: .inHand) }
    #endif
    return frame
  }

  /// Puts the frame on the TX ring.
  @inlinable
  package mutating func transmit(_ frame: consuming Frame) {
    #if DEBUG
      ledger.move(umem.chunk(at: frame.address), from: .inHand, to: .kernelTX)
    #endif
    tx.put(frame)
  }

  /// Gives the frame's chunk back through the fill ring, its bytes unsent. An address that is no chunk
  /// of ours is written off instead: the kernel would only count it as invalid.
  @inlinable
  package mutating func reject(_ frame: consuming Frame) {
    guard umem.chunk(at: frame.address) != nil else {
      writeOff(frame)
      return
    }
    #if DEBUG
      ledger.move(umem.chunk(at: frame.address), from: .inHand, to: .kernelRX)
    #endif
    fill.put(frame)
  }

  @usableFromInline
  package mutating func writeOff(_ frame: consuming Frame) {
    #if DEBUG
      ledger.countInvalid()
    #endif
    frame.handOver()
  }

  /// Ends a batch: what was put on TX and fill ring becomes the kernel's, then the RX entries do.
  @inlinable
  package mutating func submit() {
    tx.submit()
    fill.submit()
    rx.release()
  }
}
