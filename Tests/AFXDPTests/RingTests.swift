import CLinux
import FakeKernel
import Testing

@testable import AFXDP

/// Four short of wrapping: every ring test goes over the edge.
private let nearWrap = UInt32.max - 3

@Suite struct RingTests {
  @Test(arguments: [0, 1, nearWrap]) func fillRingCarriesAddressesInOrder(start: UInt32) throws {
    let (memory, kernel) = try makeRing(size: 8, stride: 8, startingAt: start)
    var ring = FillRing(try memory.take())
    for round in 0..<5 as Range<UInt64> {
      #expect(ring.reserve(upTo: 100) == 8)
      for i in 0..<8 { ring.put(Frame(address: round * 8 + UInt64(i), length: 0)) }
      #expect(kernel.count == 0, "nothing is the kernel's before it is submitted")
      #expect(ring.reserve(upTo: 1) == 0)
      ring.submit()
      #expect(kernel.count == 8)
      #expect(ring.pending == 8)
      #expect(ring.reserve(upTo: 1) == 0)
      for i in 0..<8 { #expect(kernel.consume(UInt64.self) == round * 8 + UInt64(i)) }
      #expect(ring.pending == 0)
    }
    #expect(kernel.producer == start &+ 40)
  }

  @Test(arguments: [0, 1, nearWrap]) func completionRingGivesEachAddressOnce(start: UInt32) throws {
    let (memory, kernel) = try makeRing(size: 4, stride: 8, startingAt: start)
    var ring = CompletionRing(try memory.take())
    for address in 0..<20 as Range<UInt64> {
      #expect(ring.peek(upTo: 4) == 0)
      #expect(kernel.produce(address))
      #expect(ring.peek(upTo: 4) == 1)
      let frame = ring.take()
      #expect(frame.address == address)
      #expect(kernel.count == 1, "the place isn't the kernel's before it is released")
      ring.release()
      #expect(kernel.count == 0)
      frame.handOver()
    }
  }

  @Test(arguments: [0, nearWrap]) func rxRingPeeksWithoutTaking(start: UInt32) throws {
    let (memory, kernel) = try makeRing(size: 4, stride: 16, startingAt: start)
    var ring = RXRing(try memory.take())
    for length in 60..<63 as Range<UInt32> { #expect(kernel.produce(xdp_desc(addr: 256, len: length, options: 0))) }
    #expect(ring.peek(upTo: 2) == 2)
    #expect(ring.peek(upTo: 64) == 3)
    #expect(ring.peek(upTo: 64) == 3, "peeking again finds the same")
    for length in 60..<63 as Range<UInt32> {
      let frame = ring.take()
      #expect(frame.length == length)
      #expect(ring.upcomingAddress() == (length < 62 ? 256 : nil))
      frame.handOver()
    }
    ring.release()
    #expect(kernel.count == 0)
  }

  @Test(arguments: [0, nearWrap]) func txDescriptorsAreWrittenWhole(start: UInt32) throws {
    let (memory, kernel) = try makeRing(size: 4, stride: 16, startingAt: start)
    var ring = TXRing(try memory.take())
    for round in 0..<3 as Range<UInt32> {
      for i in 0..<4 as Range<UInt32> {
        kernel.slot(xdp_desc.self, start &+ round &* 4 &+ i).pointee.options = .max
      }
      #expect(ring.reserve(upTo: 4) == 4)
      for i in 0..<4 as Range<UInt32> { ring.put(Frame(address: UInt64(i), length: 60 + i)) }
      ring.submit()
      for i in 0..<4 as Range<UInt32> {
        let descriptor = try #require(kernel.consume(xdp_desc.self))
        #expect(descriptor.addr == UInt64(i) && descriptor.len == 60 + i && descriptor.options == 0)
      }
    }
  }

  @Test func reserveGivesWhatTheKernelHasConsumed() throws {
    let (memory, kernel) = try makeRing(size: 4, stride: 16, startingAt: nearWrap)
    var ring = TXRing(try memory.take())
    #expect(ring.reserve(upTo: 3) == 3)
    for _ in 0..<3 { ring.put(Frame(address: 0, length: 60)) }
    ring.submit()
    #expect(ring.reserve(upTo: 4) == 1)
    _ = kernel.consume(xdp_desc.self)
    #expect(ring.reserve(upTo: 1) == 1)
    #expect(ring.reserve(upTo: 4) == 2)
    #expect(ring.pending == 2)
  }

  @Test func indicesOfAKernelGoneWrongAreNotBelieved() throws {
    let (rxMemory, rxKernel) = try makeRing(size: 4, stride: 16, startingAt: 0)
    var rx = RXRing(try rxMemory.take())
    rxKernel.producer = 5
    #expect(rx.peek(upTo: 64) == 0)
    rxKernel.producer = 4
    #expect(rx.peek(upTo: 64) == 4)

    let (txMemory, txKernel) = try makeRing(size: 4, stride: 16, startingAt: 0)
    var tx = TXRing(try txMemory.take())
    #expect(tx.reserve(upTo: 4) == 4)
    txKernel.consumer = 1
    #expect(tx.reserve(upTo: 64) == 4, "nothing was submitted, so nothing was consumed")
  }

  @Test func needsWakeupIsTheKernelsFlag() throws {
    let (memory, kernel) = try makeRing(size: 4, stride: 16, startingAt: 0)
    let ring = TXRing(try memory.take())
    let before = ring.needsWakeup
    kernel.needsWakeup = true
    let after = ring.needsWakeup
    #expect(!before && after)
  }
}

/// What must be impossible traps. Each in a process of its own.
@Suite struct RingTrapTests {
  @Test func writingWithoutRoomTraps() async {
    await #expect(processExitsWith: .failure) {
      let (memory, _) = try makeRing(size: 4, stride: 8, startingAt: 0)
      var ring = FillRing(try memory.take())
      for _ in 0..<5 { ring.put(Frame(address: 0, length: 0)) }
    }
  }

  @Test func takingWhatWasNotSeenTraps() async {
    await #expect(processExitsWith: .failure) {
      let (memory, kernel) = try makeRing(size: 4, stride: 8, startingAt: 0)
      var ring = CompletionRing(try memory.take())
      _ = kernel.produce(UInt64(0))
      ring.take().handOver()
    }
  }
}
