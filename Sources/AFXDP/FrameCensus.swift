#if DEBUG
  /// Where all chunks of a UMEM are at one instant, between two turns.
  ///
  /// The four rings' parts are counted by their indices, the hand's by the ledger. The kernel's two
  /// parts can't be seen: they are what is left, so none of the parts may be negative.
  package struct FrameCensus: Sendable, Hashable {
    /// Chunks of the UMEM.
    package var frames: Int
    package var fill: Int
    package var kernelRX: Int
    package var rx: Int
    package var inHand: Int
    package var tx: Int
    package var inFlight: Int
    package var completion: Int
    /// Chunks in whose place the kernel named an address that is none.
    package var invalid: Int

    /// `frames = fill + kernel RX + RX + in hand + TX + in flight + completion + invalid`, no part of
    /// it negative, and nothing in hand.
    package var balances: Bool {
      let parts = [fill, kernelRX, rx, inHand, tx, inFlight, completion, invalid]
      return inHand == 0 && parts.allSatisfy { $0 >= 0 } && parts.reduce(0, +) == frames
    }
  }

  extension FrameRings {
    /// Counts every chunk.
    ///
    /// The kernel goes on meanwhile and moves frames fill → RX and TX → completion. Each pair is read
    /// from its end, so a frame that moves in between is missed in both and counted with the kernel. But
    /// the kernel shows a received frame on the RX ring a moment before it takes its entry off the fill
    /// ring (`xsk_flush`): what would be more than the kernel has is therefore such a frame, on RX.
    package func census() -> FrameCensus {
      let (received, completed) = (Int(rx.pending), Int(completion.pending))
      let given = min(Int(fill.pending), ledger.kernelRX - received - ledger.invalid)
      let submitted = min(Int(tx.pending), ledger.kernelTX - completed)
      return FrameCensus(
        frames: Int(umem.frames), fill: given,
        kernelRX: ledger.kernelRX - given - received - ledger.invalid, rx: received, inHand: ledger.inHand,
        tx: submitted, inFlight: ledger.kernelTX - submitted - completed, completion: completed,
        invalid: ledger.invalid)
    }
  }
#endif
