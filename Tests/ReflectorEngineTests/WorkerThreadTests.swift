import AFXDP
import CReflectorABI
import FakeKernel
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage
import Testing

@testable import ReflectorEngine

@Suite struct WorkerThreadTests {
  private func start(
    _ kernel: FakeKernel, _ slot: Slot, _ options: WorkerOptions = WorkerOptions()
  ) throws -> WorkerThread {
    try WorkerThread.start(
      try XSK.open(configuration(), kernel: kernel), reflector: Inverting(), counters: slot.pointer, options: options)
  }

  private func wait(for state: WorkerState, _ worker: WorkerThread) -> Bool {
    for _ in 0..<500 where worker.state != state { usleep(10_000) }
    return worker.state == state
  }

  @Test func drainsBeforeItStopsAndKeepsItsSocket() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let xsk = try XSK.open(configuration(), kernel: kernel)
    for n in 0..<40 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    let worker = try WorkerThread.start(xsk, reflector: Inverting(), counters: slot.pointer, options: WorkerOptions())
    worker.requestStop()
    worker.join()
    worker.join()
    #expect(worker.state == .stopped)
    #expect(try numbersSent(kernel) == Array(0..<40))
    #expect(slot.tally.completed == 40)
    #expect(worker.threadID > 0 && (worker.cpuNanoseconds ?? 0) > 0)
    #expect(try worker.statistics().rxDropped == 1, "the socket is there until the handle goes")
    #expect(slot.pointer.pointee.queue == 2 && slot.pointer.pointee.frames == 64)
    #expect(slot.pointer.pointee.cpu == .max && slot.pointer.pointee.bind_mode == REFLECTOR_BIND_COPY)
  }

  @Test func nothingIsLeftWhenTheHandleGoes() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    do {
      let worker = try start(kernel, slot)
      #expect([.starting, .running].contains(worker.state))
      #expect(!kernel.memory.leftOver().isEmpty)
    }
    #expect(kernel.memory.leftOver().isEmpty)
  }

  @Test func aLinkThatComesBackIsUsedAgain() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.condition = .networkDown
    let worker = try start(kernel, slot)
    #expect(wait(for: .linkDown, worker))
    kernel.condition = nil
    #expect(wait(for: .running, worker))
    worker.requestStop()
    worker.join()
    #expect(slot.tally.linkDown > 0)
  }

  @Test func aDeviceThatIsGoneEndsTheThread() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.condition = .noSuchAddressOrDevice
    let worker = try start(kernel, slot)
    #expect(wait(for: .unbound, worker))
    worker.join()
    #expect(worker.state.isOver)
  }

  @Test(arguments: [Errno.noSuchAddressOrDevice, .invalidArgument])
  func aZeroCopyDriverThatForgetsAQueueForAWhileIsWaitedFor(errno: Errno) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let xsk = try XSK.open(configuration(bindMode: .zeroCopy), kernel: kernel)
    kernel.condition = errno
    let worker = try WorkerThread.start(
      xsk, reflector: Inverting(), counters: slot.pointer, options: WorkerOptions())
    #expect(wait(for: .linkDown, worker))
    // A few more kicks, all refused.
    usleep(300_000)
    #expect(worker.state == .linkDown)
    kernel.condition = nil
    #expect(wait(for: .running, worker))
    for n in 0..<50 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    worker.requestStop()
    worker.join()
    #expect(worker.state == .stopped && slot.tally.received == 50)
  }

  @Test(arguments: [
    (Errno.noSuchAddressOrDevice, WorkerState.unbound),
    (.invalidArgument, .failed(SystemCallError("sendto", .invalidArgument))),
  ])
  func aZeroCopyDriverThatForgetsAQueueForGoodEndsTheThread(errno: Errno, end: WorkerState) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let xsk = try XSK.open(configuration(bindMode: .zeroCopy), kernel: kernel)
    for n in 0..<50 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    kernel.condition = errno
    var options = WorkerOptions()
    options.patience = 200_000_000
    let worker = try WorkerThread.start(xsk, reflector: Inverting(), counters: slot.pointer, options: options)
    #expect(wait(for: end, worker))
    worker.join()
    #expect(slot.tally.received == 50 && slot.tally.inFlight == 50)
  }

  @Test(arguments: [false, true])
  func whereBusyPollingSendsNothingTheDriverIsWoken(pollsReceiverOnly: Bool) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.pollsReceiverOnly = pollsReceiverOnly
    var configuration = configuration(bindMode: .zeroCopy)
    configuration.busyPoll = true
    let xsk = try XSK.open(configuration, kernel: kernel)
    for n in 0..<50 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    let worker = try WorkerThread.start(
      xsk, reflector: Inverting(), counters: slot.pointer, options: WorkerOptions())
    for _ in 0..<2_000 where slot.tally.completed < 50 { usleep(5_000) }
    #expect(slot.tally.completed == 50 && worker.wakesDriver == pollsReceiverOnly)
    worker.requestStop()
    worker.join()
    #expect(worker.state == .stopped)
  }

  @Test func whatADeviceThatIsGoneHasDeliveredIsBooked() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let xsk = try XSK.open(configuration(), kernel: kernel)
    for n in 0..<50 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    kernel.condition = .noSuchAddressOrDevice
    var options = WorkerOptions()
    options.batch = 8
    let worker = try WorkerThread.start(xsk, reflector: Inverting(), counters: slot.pointer, options: options)
    #expect(wait(for: .unbound, worker))
    worker.join()
    #expect(slot.tally.received == 50 && slot.tally.inFlight == 50)
  }

  @Test(arguments: [0, 50_000, 2_000_000] as [Int64])
  func withoutFramesItRests(spinLimit: Int64) throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let rests = Atomic<Int>(0)
    kernel.onPoll = { milliseconds in
      rests.add(1, ordering: .relaxed)
      usleep(UInt32(milliseconds) * 1_000)
      return 0
    }
    var options = WorkerOptions()
    options.spinLimit = spinLimit
    let xsk = try XSK.open(configuration(), kernel: kernel)
    for n in 0..<50 as Range<UInt32> { #expect(kernel.deliver(numbered(n))) }
    let worker = try WorkerThread.start(xsk, reflector: Inverting(), counters: slot.pointer, options: options)
    for _ in 0..<500 where rests.load(ordering: .relaxed) == 0 { usleep(10_000) }
    #expect(rests.load(ordering: .relaxed) > 0 && slot.tally.completed == 50)
    usleep(200_000)
    #expect(rests.load(ordering: .relaxed) < 5, "it rests for half a second at a time")
    worker.requestStop()
    worker.join()
  }

  /// The fake kernel's frames have no NAPI instance, as those of a veth.
  @Test func whereNobodyCanBePolledTheSocketIsNotAsked() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var configuration = configuration()
    configuration.busyPoll = true
    let xsk = try XSK.open(configuration, kernel: kernel)
    #expect(kernel.deliver(numbered(0)))
    var worker = QueueWorker(
      xsk, reflector: Inverting(),
      counters: WorkerCounters(slot.pointer, queue: 2, cpu: nil, frames: 64, bindMode: .copy))
    let isPolling = worker.isPolling
    #expect(isPolling, "before the first frame nobody knows")
    _ = worker.turn()
    worker.lookWhoIsPolled()
    let isStillPolling = worker.isPolling
    #expect(!isStillPolling)
    let kicks = worker.tally.rxWakeups
    _ = worker.turn()
    let kicksAfter = worker.tally.rxWakeups
    #expect(kicksAfter == kicks)
  }

  @Test func aSocketThatHangsUpEndsTheThread() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    kernel.onPoll = { _ in Int16(POLLHUP) }
    let worker = try start(kernel, slot)
    #expect(wait(for: .unbound, worker))
  }

  @Test func anErrnoWithoutAMeaningIsNamed() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    let xsk = try XSK.open(configuration(), kernel: kernel)
    #expect(kernel.deliver(numbered(0)))
    kernel.condition = .invalidArgument
    do throws(SystemCallError) {
      let worker = try WorkerThread.start(
        xsk, reflector: Inverting(), counters: slot.pointer, options: WorkerOptions())
      #expect(wait(for: .failed(SystemCallError("sendto", .invalidArgument)), worker))
    } catch {
      // The first turn may fail before the start has returned.
      #expect(error == SystemCallError("sendto", .invalidArgument))
    }
  }

  @Test func aCPUThatIsNotThereIsAnErrorOfTheStart() throws {
    let (kernel, slot) = (FakeKernel(), Slot())
    var options = WorkerOptions()
    options.cpu = 1000
    let error = #expect(throws: SystemCallError.self) { _ = try start(kernel, slot, options) }
    #expect(error == SystemCallError("pthread_setaffinity_np CPU 1000", .invalidArgument))
    #expect(kernel.memory.leftOver().isEmpty)
  }
}
