import AFXDP
import CLinux
import CReflectorABI
import FakeKernel
import SystemPackage
import Testing

@testable import ReflectorEngine

@Suite struct TurnTests {
  @Test func oneFrameLeavesInTheTurnThatReceivesIt() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    for n in 0..<300 as Range<UInt32> {
      #expect(kernel.deliver(numbered(n)))
      let turn = worker.turn()
      #expect(turn.isWorked)
      #expect(kernel.sent.count == Int(n) + 1)
    }
    #expect(try numbersSent(kernel) == Array(0..<300))
    #expect(slot.tally.batches == 300 && slot.tally.txWakeups == 300)
  }

  @Test(arguments: [1, 2, 31, 32, 33, 63, 64, 65, 128, 500] as [UInt32], [1, 31, 32, 33, 64] as [UInt32])
  func burstsComeBackWholeInAnyBatch(burst: UInt32, batch: UInt32) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.startIndex = .max - 3
    var worker = try makeWorker(kernel, slot, configuration(frames: 512), batch: batch)
    for n in 0..<burst { #expect(kernel.deliver(numbered(n))) }
    for _ in 0...(burst / batch) { _ = worker.turn() }
    #expect(try numbersSent(kernel) == Array(0..<burst))
    _ = worker.turn()
    let tally = slot.tally
    #expect(tally.received == UInt64(burst) && tally.reflected == tally.received && tally.inFlight == 0)
    // A kick takes 32: no more of them than that takes.
    #expect(tally.txWakeups <= UInt64((burst + batch - 1) / batch * ((batch + 31) / 32)))
    #expect(kernel.complaints.isEmpty)
  }

  @Test func rejectedFramesGoBackToTheFillRing() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    for _ in 0..<200 {
      #expect(kernel.deliver([UInt8](repeating: 0xff, count: 60)))
      _ = worker.turn()
    }
    #expect(slot.tally.received == 200 && slot.tally.rejectedNotReflectable == 200)
    #expect(slot.tally.reflected == 0 && kernel.sent.isEmpty && kernel.kicks == 0)
  }

  @Test func descriptorsThatLeaveTheirChunkAreRejected() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    for _ in 0..<100 {
      #expect(kernel.deliver { xdp_desc(addr: $0 + 256, len: 1793, options: 0) })
      _ = worker.turn()
    }
    #expect(slot.tally.rejectedInvalidDescriptor == 100)
    #expect(kernel.fill?.count == 64, "the chunk is known, so it went back")

    #expect(kernel.deliver { _ in xdp_desc(addr: 1 << 40, len: 60, options: 0) })
    _ = worker.turn()
    #expect(slot.tally.rejectedInvalidDescriptor == 101 && slot.tally.received == 101)
    #expect(kernel.fill?.count == 63, "no chunk is at that address")
    #if DEBUG
      let census = worker.xsk.rings.census()
      #expect(census.invalid == 1 && census.balances)
    #endif
  }

  @Test func framesWaitInTheRXRingForRoomInTheTXRing() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.condition = .resourceTemporarilyUnavailable
    var worker = try makeWorker(kernel, slot, configuration(txEntries: 8))
    for n in 0..<20 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    let first = worker.turn()
    #expect(first.isWorked)
    for _ in 0..<5 {
      let turn = worker.turn()
      #expect(turn.isStuck)
    }
    #expect(slot.tally.received == 8 && slot.tally.held == 6)
    #expect(kernel.rx?.count == 12, "none was dropped")
    kernel.condition = nil
    for _ in 0..<5 { _ = worker.turn() }
    #expect(try numbersSent(kernel) == Array(0..<20))
  }

  @Test func aWorkerWithAllFramesInFlightKnowsThatItIsDeaf() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.completesAtOnce = false
    kernel.kickBudget = 64
    var worker = try makeWorker(kernel, slot)
    for n in 0..<63 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    _ = worker.turn()
    let hearing = worker.turn()
    #expect(hearing.isAwaitingCompletions, "one chunk is left to receive into")
    #expect(kernel.deliver(numbered(63)))
    _ = worker.turn()
    let deaf = worker.turn()
    #expect(deaf.isStarved && !kernel.deliver(numbered(64)))
    kernel.complete(1)
    let relieved = worker.turn()
    #expect(relieved.isWorked && kernel.deliver(numbered(65)))
  }

  @Test func aDeviceThatRefusesIsCountedFrameByFrame() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.kickScript = [.resourceBusy, nil, .resourceBusy, .resourceBusy]
    kernel.kickBudget = 2
    var worker = try makeWorker(kernel, slot)
    for n in 0..<10 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    _ = worker.turn()
    _ = worker.turn()
    #expect(slot.tally.refused == 3 && kernel.refusedFrames == 3)
    #expect(slot.tally.completed == 10)
    #expect(try numbersSent(kernel) == [1, 2, 5, 6, 7, 8, 9])
  }

  @Test(arguments: [
    Errno.resourceTemporarilyUnavailable, .resourceBusy, .noBufferSpace, .noMemory, .networkDown,
    .noSuchAddressOrDevice, .invalidArgument, .interrupted,
  ])
  func noErrnoOfAKickLosesAFrameOrKicksForEver(errno: Errno) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    kernel.condition = errno
    for n in 0..<64 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    for _ in 0..<4 {
      let kicksBefore = kernel.kicks
      let turn = worker.turn()
      #expect(kernel.kicks - kicksBefore <= 68)
      switch errno {
      case .networkDown: #expect(turn.isLinkDown)
      case .noSuchAddressOrDevice: #expect(turn.isUnbound)
      case .invalidArgument: #expect(turn.isFailed)
      default: #expect(!turn.isFailed)
      }
    }
    kernel.condition = nil
    for _ in 0..<3 { _ = worker.turn() }
    let dropped = errno == .resourceBusy ? 64 : 0
    #expect(kernel.refusedFrames == dropped && slot.tally.refused == UInt64(dropped))
    #expect(kernel.sent.count == 64 - dropped)
    #expect(slot.tally.completed == 64)
    #expect(slot.tally.linkDown == (errno == .networkDown ? 4 : 0))
  }

  @Test func aKernelThatTakesNothingIsKickedTwiceATurn() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.condition = .resourceTemporarilyUnavailable
    var worker = try makeWorker(kernel, slot)
    for n in 0..<40 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    for turns in 1...3 {
      _ = worker.turn()
      #expect(kernel.kicks == 2 * turns, "more of them only cost time")
    }
  }

  /// It takes frames by itself, and its EBUSY drops none of them.
  @Test func aZeroCopyDriverThatIsBusyHasRefusedNothing() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, configuration(bindMode: .zeroCopy))
    for n in 0..<8 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    kernel.kickScript = [.resourceBusy, .resourceBusy]
    kernel.onKick = { kernel.transmit(2) }
    for _ in 0..<3 { _ = worker.turn() }
    #expect(slot.tally.refused == 0 && slot.tally.completed == 8)
    #expect(try numbersSent(kernel) == Array(0..<8))
  }

  @Test func aZeroCopyDriverThatIsAwakeIsWaitedForWithTheSocketInView() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, configuration(bindMode: .zeroCopy))
    kernel.tx?.needsWakeup = false
    for n in 0..<3 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    _ = worker.turn()
    let turn = worker.turn()
    #expect(turn.isAwaitingCompletions, "frames on the TX ring are on their way, and more may come in")
  }

  @Test func busyPollingDrivesTheDriverInEveryQuietTurn() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var settings = configuration()
    settings.busyPoll = true
    var worker = try makeWorker(kernel, slot, settings)
    for _ in 0..<3 { _ = worker.turn() }
    #expect(kernel.kicks == 3 && slot.tally.rxWakeups == 3, "nobody else receives for it")
  }

  @Test func aLinkThatIsDownIsCountedWhereTheFillRingFindsIt() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    kernel.fill?.needsWakeup = true
    kernel.condition = .networkDown
    let turn = worker.turn()
    #expect(turn.isLinkDown && slot.tally.linkDown == 1)
  }

  @Test func drainingWaitsForWhatIsInFlight() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.completesAtOnce = false
    var worker = try makeWorker(kernel, slot)
    for n in 0..<10 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    var waits = 0
    kernel.onPoll = { _ in
      waits += 1
      if waits == 5 { kernel.complete(.max) }
      return 0
    }
    #expect(worker.drain() == .stopped)
    #expect(slot.tally.completed == 10)
  }

  @Test func drainingEndsThoughFramesNeverComeBack() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.completesAtOnce = false
    var worker = try makeWorker(kernel, slot)
    #expect(kernel.deliver(numbered(0)))
    let start = ContinuousClock.now
    #expect(worker.drain() == .stopped)
    // It gives up after one; a service manager kills after ninety.
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(slot.tally.reflected == 1 && slot.tally.completed == 0, "what is missing shows in the counters")
  }

  @Test func zeroCopyKicksOnceAndOnlyWhenAsked() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot, configuration(bindMode: .zeroCopy))
    kernel.kickBudget = 1
    for n in 0..<8 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    _ = worker.turn()
    #expect(kernel.kicks == 1)
    kernel.tx?.needsWakeup = false
    _ = worker.turn()
    #expect(kernel.kicks == 1)
    kernel.fill?.needsWakeup = true
    _ = worker.turn()
    #expect(kernel.kicks == 2 && slot.tally.rxWakeups == 1)
  }

  @Test func anIdleTurnMakesNoCallUnlessItProbes() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var worker = try makeWorker(kernel, slot)
    let idle = worker.turn()
    #expect(idle.isIdle && kernel.kicks == 0)
    kernel.condition = .noSuchAddressOrDevice
    let blind = worker.turn()
    #expect(blind.isIdle)
    let probing = worker.turn(probing: true)
    #expect(probing.isUnbound)
  }
}

extension Turn {
  var isWorked: Bool { if case .worked = self { true } else { false } }
  var isIdle: Bool { if case .idle = self { true } else { false } }
  var isAwaitingCompletions: Bool { if case .awaitingCompletions = self { true } else { false } }
  var isStarved: Bool { if case .starved = self { true } else { false } }
  var isStuck: Bool { if case .stuck = self { true } else { false } }
  var isLinkDown: Bool { if case .linkDown = self { true } else { false } }
  var isUnbound: Bool { if case .unbound = self { true } else { false } }
  var isFailed: Bool { if case .failed = self { true } else { false } }
}
