import AFXDP
import CLinux
import FakeKernel
import SystemPackage
import Testing

@testable import ReflectorEngine

/// Frames that are chains of descriptors (multi-buffer).
@Suite struct ChainTests {
  private static let multiBuffer = configuration(multiBuffer: true)

  @Test func theSocketIsBoundForThem() throws {
    let kernel = FakeKernel()
    _ = try makeWorker(kernel, Slot(), Self.multiBuffer)
    #expect(kernel.boundForChains)
    let plain = FakeKernel()
    _ = try makeWorker(plain, Slot())
    #expect(!plain.boundForChains)
  }

  /// Indices that wrap, batches that end within each chain, and the kernel's calls, which end after 32 descriptors.
  @Test(arguments: [1, 2, 3, 31, 64, 256] as [UInt32], [1, 2, 5, 16, 17])
  func aChainLeavesWhole(batch: UInt32, parts: Int) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.startIndex = .max - 3
    var worker = try makeWorker(kernel, slot, configuration(frames: 256, multiBuffer: true), batch: batch)
    var next: UInt32 = 0
    for _ in 0..<40 {
      while kernel.deliver(chain: chain(next, parts)) { next += 1 }
      for _ in 0..<256 { _ = worker.turn() }
    }
    #expect(try numbersSent(kernel) { _ in parts } == Array(0..<next))
    let tally = slot.tally
    #expect(tally.received == UInt64(next) && tally.reflected == tally.received && tally.completed == tally.received)
    #expect(tally.batches > 0 && tally.held == 0 && kernel.complaints.isEmpty)
    #expect(next > 20 * UInt32(256 / parts), "hardly any frame was delivered")
  }

  @Test func aBatchEndsWithTheFrameThatFillsIt() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer, batch: 4)
    for n in 0..<4 as Range<UInt32> { #expect(kernel.deliver(chain: chain(n, 3))) }
    _ = worker.turn()
    #expect(slot.tally.received == 2 && kernel.sent.count == 2 && kernel.rx?.count == 6)
    _ = worker.turn()
    #expect(try numbersSent(kernel) { _ in 3 } == [0, 1, 2, 3])
  }

  @Test func aChainWithoutItsEndWaits() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    let parts = chain(5, 3)
    #expect(kernel.deliver(chain: chain(4, 2)))
    for part in 0..<3 {
      kernel.deliver(parts[part], isContinued: part < 2)
      _ = worker.turn()
      #expect(slot.tally.received == (part < 2 ? 1 : 2) && kernel.rx?.count == (part < 2 ? UInt32(part + 1) : 0))
    }
    #expect(try numbersSent(kernel) { $0 == 4 ? 2 : 3 } == [4, 5])
  }

  @Test func aChainWaitsForRoomForAllOfIt() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.condition = .resourceTemporarilyUnavailable
    var worker = try makeWorker(kernel, slot, configuration(txEntries: 8, multiBuffer: true))
    for n in 0..<4 as Range<UInt32> { #expect(kernel.deliver(chain: chain(n, 3))) }
    for _ in 0..<3 { _ = worker.turn() }
    #expect(slot.tally.reflected == 2 && slot.tally.held == 3 && kernel.tx?.count == 6 && kernel.rx?.count == 6)
    kernel.condition = nil
    for _ in 0..<5 { _ = worker.turn() }
    #expect(try numbersSent(kernel) { _ in 3 } == [0, 1, 2, 3])
  }

  @Test func aFrameIsCompletedWithItsLastDescriptor() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.completesAtOnce = false
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    for n in 0..<2 as Range<UInt32> { #expect(kernel.deliver(chain: chain(n, 3))) }
    _ = worker.turn()
    var completed: [UInt64] = []
    for _ in 0..<6 {
      kernel.complete(1)
      _ = worker.turn()
      completed.append(slot.tally.completed)
    }
    #expect(completed == [0, 0, 1, 1, 1, 2] && slot.tally.inFlight == 0)
    #expect(Int(kernel.fill?.count ?? 0) + kernel.held.count == 64)
  }

  @Test func aDeviceRefusesFramesNotDescriptors() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    for n in 0..<4 as Range<UInt32> { #expect(kernel.deliver(chain: chain(n, Int(n) + 1))) }
    kernel.kickScript = [.resourceBusy, .resourceBusy, nil]
    for _ in 0..<3 { _ = worker.turn() }
    #expect(slot.tally.refused == 2 && slot.tally.completed == 4 && slot.tally.reflected == 4)
    #expect(try numbersSent(kernel) { Int($0) + 1 } == [2, 3])
  }

  @Test func allChunksOfARejectedFrameGoBack() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    for _ in 0..<100 {
      #expect(kernel.deliver(chain: [[UInt8](repeating: 0xff, count: 60)] + chain(0, 5)))
      _ = worker.turn()
    }
    #expect(slot.tally.received == 100 && slot.tally.rejectedNotReflectable == 100 && kernel.sent.isEmpty)
    #expect(Int(kernel.fill?.count ?? 0) + kernel.held.count == 64 && kernel.kicks == 0)
  }

  /// Too long for its chunk, or empty: either would be lost on the TX ring. In each place of the chain.
  @Test(arguments: [0, 1, 2], [0, 1793] as [UInt32])
  func aChainWithABadDescriptorIsRejectedWhole(place: Int, length: UInt32) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    for n in 0..<100 as Range<UInt32> {
      for (part, bytes) in chain(n, 3).enumerated() {
        let options: UInt32 = part < 2 ? 1 : 0
        if part == place {
          #expect(kernel.deliver { xdp_desc(addr: $0 + 256, len: length, options: options) })
        } else {
          kernel.deliver(bytes, isContinued: part < 2)
        }
      }
      #expect(kernel.deliver(chain: chain(n, 2)))
      _ = worker.turn()
    }
    #expect(slot.tally.received == 200 && slot.tally.rejectedInvalidDescriptor == 100 && kernel.complaints.isEmpty)
    #expect(try numbersSent(kernel) { _ in 2 } == Array(0..<100))
    _ = worker.turn()
    #expect(Int(kernel.fill?.count ?? 0) + kernel.held.count == 64)
  }

  @Test func anAddressOutsideOfTheUMEMIsWrittenOff() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer)
    kernel.deliver(numbered(1), isContinued: true)
    #expect(kernel.deliver { _ in xdp_desc(addr: 1 << 40, len: 60, options: 0) })
    _ = worker.turn()
    #expect(slot.tally.received == 1 && slot.tally.rejectedInvalidDescriptor == 1 && kernel.sent.isEmpty)
    #expect(Int(kernel.fill?.count ?? 0) + kernel.held.count == 63)
  }

  /// One that can be sent has 17 at most, or as many as the TX ring.
  @Test(arguments: [nil, 8] as [UInt32?])
  func aChainThatIsTooLongIsOneRejectedFrame(txEntries: UInt32?) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let most = Int(txEntries ?? 17)
    var worker = try makeWorker(kernel, slot, configuration(txEntries: txEntries, multiBuffer: true))
    for parts in [most, most + 1, most + 2, 40] {
      #expect(kernel.deliver(chain: chain(UInt32(parts), parts)))
      #expect(kernel.deliver(chain: chain(1, 1)))
      for _ in 0..<4 { _ = worker.turn() }
    }
    #expect(slot.tally.received == 8 && slot.tally.reflected == 5 && slot.tally.rejectedInvalidDescriptor == 3)
    #expect(try numbersSent(kernel) { Int($0) } == [UInt32(most), 1, 1, 1, 1])
  }

  /// Longer than the RX ring and the UMEM: thrown away as it comes, and what follows it is a frame again.
  @Test func aChainWithoutEndDoesNotWedgeTheWorker() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer, batch: 1)
    for _ in 0..<1000 {
      kernel.deliver(numbered(9), isContinued: true)
      _ = worker.turn()
    }
    #expect(slot.tally.received == 1 && slot.tally.rejectedInvalidDescriptor == 1 && kernel.sent.isEmpty)
    kernel.deliver(numbered(9), isContinued: false)
    #expect(kernel.deliver(chain: chain(3, 4)))
    for _ in 0..<3 { _ = worker.turn() }
    #expect(slot.tally.received == 2 && slot.tally.reflected == 1)
    #expect(try numbersSent(kernel) { _ in 4 } == [3])
  }

  @Test func stoppingSendsWhatIsThereAndLeavesHalfAFrame() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, Self.multiBuffer, batch: 2)
    for n in 0..<5 as Range<UInt32> { #expect(kernel.deliver(chain: chain(n, 3))) }
    #expect(worker.drain() == .stopped)
    #expect(try numbersSent(kernel) { _ in 3 } == Array(0..<5) && slot.tally.completed == 5)
  }
}
