#if DEBUG
  /// Who owns which chunk: the books of a debug build.
  ///
  /// Invariants:
  /// - Each chunk has exactly one owner, one byte here; `counts` adds them up. A transition is O(1).
  /// - A transition names the owner before as well. Any other owner there means a frame owned twice or
  ///   a kernel that gave back what it doesn't have: that traps, at the frame that did it.
  ///
  /// User space can't see how far a frame is inside the kernel, so the kernel's two ends are one owner
  /// each. ``FrameRings/census()`` splits them up by the rings' indices.
  @usableFromInline
  package struct FrameLedger: ~Copyable, @unchecked Sendable {
    @usableFromInline
    package enum Owner: UInt8, CaseIterable {
      /// On the fill ring, with the driver, or on the RX ring.
      case kernelRX = 0
      case inHand
      /// On the TX ring, in flight, or on the completion ring.
      case kernelTX
    }

    private let owners: UnsafeMutableBufferPointer<UInt8>
    private var counts: (kernelRX: Int, inHand: Int, kernelTX: Int)
    /// Times the kernel named an address outside of the UMEM: a chunk each that is nowhere any more.
    private(set) var invalid = 0

    /// All chunks are the kernel's, to receive into: that is how a socket starts.
    init(chunks: UInt32) {
      owners = .allocate(capacity: Int(chunks))
      owners.initialize(repeating: Owner.kernelRX.rawValue)
      counts = (Int(chunks), 0, 0)
    }

    deinit {
      owners.deallocate()
    }

    var kernelRX: Int { counts.kernelRX }
    var inHand: Int { counts.inHand }
    var kernelTX: Int { counts.kernelTX }

    /// The chunk goes from one owner to the next.
    @usableFromInline
    package mutating func move(_ chunk: UInt32?, from before: Owner, to after: Owner) {
      guard let chunk else { preconditionFailure("a frame outside of the UMEM goes from \(before) to \(after)") }
      let owner = Owner(rawValue: owners[Int(chunk)])
      guard owner == before else {
        let found = owner.map { "\($0)" } ?? "nobody"
        preconditionFailure("chunk \(chunk) goes from \(before) to \(after), but its owner is \(found)")
      }
      owners[Int(chunk)] = after.rawValue
      add(-1, to: before)
      add(1, to: after)
    }

    /// The kernel named an address outside of the UMEM.
    @usableFromInline
    package mutating func countInvalid() {
      invalid += 1
    }

    private mutating func add(_ change: Int, to owner: Owner) {
      switch owner {
      case .kernelRX: counts.kernelRX += change
      case .inHand: counts.inHand += change
      case .kernelTX: counts.kernelTX += change
      }
    }
  }
#endif
