import CLinux
import FakeKernel
import Testing

@testable import AFXDP

@Suite struct FrameRingsTests {
  @Test func aFrameGoesAllTheWayRound() throws {
    let kernel = FakeKernel()
    kernel.startIndex = .max - 3
    var xsk = try XSK.open(.small(), kernel: kernel)
    for round in 0..<200 as Range<UInt8> {
      #expect(kernel.deliver([UInt8](repeating: round, count: 60)))
      let (takeable, isHeld) = xsk.rings.peek(upTo: 64)
      #expect(takeable == 1 && !isHeld)
      let frame = xsk.rings.receive()
      #expect(frame.address % 2048 == 256)
      let first = xsk.rings.umem.withBytes(of: frame) { bytes in
        bytes.storeBytes(of: ~round, toByteOffset: 0, as: UInt8.self)
        return bytes.byteCount
      }
      #expect(first == 60)
      xsk.rings.transmit(frame)
      xsk.rings.submit()
      kernel.transmit(1)
      #expect(kernel.sent.last == [~round] + [UInt8](repeating: round, count: 59))
      #expect(xsk.rings.recycle() == 1)
      #expect(xsk.rings.census().balances)
    }
    #expect(kernel.complaints.isEmpty)
  }

  /// Linux submits the RX ring first and releases the fill ring then.
  @Test func aFrameSeenOnRXBeforeItsFillEntryIsGoneWaits() throws {
    let kernel = FakeKernel()
    var xsk = try XSK.open(.small(), kernel: kernel)
    #expect(kernel.deliver([UInt8](repeating: 0, count: 60)))
    kernel.fill?.consumer &-= 1
    let early = xsk.rings.peek(upTo: 64)
    #expect(early.takeable == 0 && !early.isHeld)
    #if DEBUG
      let census = xsk.rings.census()
      #expect(census.balances && census.rx == 1 && census.fill == 63)
    #endif
    kernel.fill?.consumer &+= 1
    let then = xsk.rings.peek(upTo: 64)
    #expect(then.takeable == 1 && !then.isHeld)
  }

  @Test(
    arguments: [
      (0, 1792, true), (255, 1793, true), (256, 1792, true), (256, 1793, false), (2047, 1, true), (2047, 2, false),
      (63 * 2048, 2048, true), (63 * 2048 + 1, 2048, false), (64 * 2048, 1, false), (.max, 1, false),
      (.max - 1, .max, false), (1 << 63, 60, false), (0, .max, false),
    ] as [(UInt64, UInt32, Bool)])
  func framesHaveToBeInsideOneChunk(address: UInt64, length: UInt32, isInside: Bool) throws {
    let xsk = try XSK.open(.small(), kernel: FakeKernel())
    let frame = Frame(address: address, length: length)
    #expect(xsk.rings.umem.contains(frame) == isInside)
    #expect((xsk.rings.umem.chunk(at: address) != nil) == (address < 64 * 2048))
    frame.handOver()
  }

  @Test func theLongestFrameLeavesTheKernelItsHeadroom() {
    #expect(ChunkSize.bytes2048.longestFrame == 1792)
    #expect(ChunkSize.bytes4096.longestFrame == 3840)
  }
}

#if DEBUG
  /// A debug build traps at the frame that breaks the books. Each in a process of its own.
  @Suite struct FrameLedgerTrapTests {
    @Test func aFrameDroppedInHandTraps() async {
      await #expect(processExitsWith: .failure) {
        let frame = Frame(address: 0, length: 60)
        _ = frame.address
      }
    }

    @Test func transmittingAFrameTwiceTraps() async {
      await #expect(processExitsWith: .failure) {
        let kernel = FakeKernel()
        var xsk = try XSK.open(.small(), kernel: kernel)
        _ = kernel.deliver([UInt8](repeating: 0, count: 60))
        _ = xsk.rings.peek(upTo: 64)
        let frame = xsk.rings.receive()
        // No honest code can: the copy has to be forged.
        let copy = Frame(address: frame.address, length: frame.length)
        xsk.rings.transmit(frame)
        _ = xsk.rings.tx.reserve(upTo: 2)
        xsk.rings.transmit(copy)
      }
    }

    @Test func givingAFrameInFlightToTheFillRingTraps() async {
      await #expect(processExitsWith: .failure) {
        let kernel = FakeKernel()
        var xsk = try XSK.open(.small(), kernel: kernel)
        _ = kernel.deliver([UInt8](repeating: 0, count: 60))
        _ = xsk.rings.peek(upTo: 64)
        let frame = xsk.rings.receive()
        let copy = Frame(address: frame.address, length: frame.length)
        xsk.rings.transmit(frame)
        xsk.rings.reject(copy)
      }
    }

    @Test func aCompletionOfAFrameThatWasNotSentTraps() async {
      await #expect(processExitsWith: .failure) {
        let kernel = FakeKernel()
        var xsk = try XSK.open(.small(), kernel: kernel)
        kernel.takeFill(1)
        _ = kernel.completion?.produce(UInt64(0))
        _ = xsk.rings.recycle()
      }
    }

    @Test func aChunkReceivedTwiceTraps() async {
      await #expect(processExitsWith: .failure) {
        let kernel = FakeKernel()
        var xsk = try XSK.open(.small(), kernel: kernel)
        for _ in 0..<2 { _ = kernel.deliver { _ in xdp_desc(addr: 256, len: 60, options: 0) } }
        _ = xsk.rings.peek(upTo: 64)
        let first = xsk.rings.receive()
        xsk.rings.receive().handOver()
        xsk.rings.transmit(first)
      }
    }

    /// The same ways without the fault don't trap: the exits above come from the fault.
    @Test func honestWaysDontTrap() async {
      await #expect(processExitsWith: .success) {
        let kernel = FakeKernel()
        var xsk = try XSK.open(.small(), kernel: kernel)
        for _ in 0..<2 { _ = kernel.deliver([UInt8](repeating: 0, count: 60)) }
        _ = xsk.rings.peek(upTo: 64)
        let first = xsk.rings.receive()
        let second = xsk.rings.receive()
        xsk.rings.transmit(first)
        xsk.rings.reject(second)
        xsk.rings.submit()
        kernel.transmit(1)
        _ = xsk.rings.recycle()
      }
    }
  }
#endif
