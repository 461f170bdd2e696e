import AFXDP
import SystemPackage

/// The worker of one queue: takes frames from its socket, has them rewritten, sends them back.
///
/// Invariants, at the end of every turn:
/// - No frame is in hand, and every chunk is accounted for (checked in debug builds).
/// - `received = reflected + rejected`, `reflected = completed + in flight`.
/// - What was put on the TX ring has been kicked, be it a single frame: nothing waits for the next one
///   to push it out.
///
/// One thread uses it. A turn allocates nothing, locks nothing, throws nothing and counts no
/// references; what it must be generic over is known to the compiler where a thread is started.
package struct QueueWorker<Kernel: XSKKernel, Reflector: FrameReflector>: ~Copyable {
  package var xsk: XSK<Kernel>
  package internal(set) var tally = WorkerTally()
  let reflector: Reflector
  let counters: WorkerCounters
  /// Frames taken in one turn, at most.
  let batch: UInt32
  /// Copy mode: nothing leaves without a system call. (A Bool, because `==` on another module's enum is a
  /// call through its table of witnesses.)
  let copies: Bool
  /// Frames are chains of descriptors (multi-buffer). Told once a turn, never once a frame.
  let chains: Bool
  /// Nanoseconds for which a zero-copy driver may refuse every kick before that ends the work.
  let patience: Int64
  /// Nanoseconds that it looks on, at most, when there is nothing to do.
  let spinLimit: Int64
  /// Whether a turn that receives nothing has the kernel poll the driver.
  var isPolling: Bool
  /// Whether it is known that there is somebody to poll.
  var knowsPolled = false

  package init(
    _ xsk: consuming XSK<Kernel>, reflector: Reflector, counters: consuming WorkerCounters,
    options: WorkerOptions = WorkerOptions()
  ) {
    precondition(options.batch > 0, "a worker that takes no frames")
    copies = xsk.bindMode == .copy
    isPolling = xsk.configuration.busyPoll
    spinLimit = isPolling ? .max : options.spinLimit
    batch = options.batch
    patience = options.patience
    chains = xsk.configuration.multiBuffer
    self.xsk = xsk
    self.reflector = reflector
    self.counters = counters
  }

  /// Ends the worker, gives its socket back.
  package consuming func finish() -> XSK<Kernel> {
    xsk
  }

  /// One turn. Takes at most a batch of frames and never blocks.
  ///
  /// - Parameter probing: kick even if there is nothing to send: that is how a link that went down, came
  ///   up, or went away shows itself to an idle worker, and some drivers forget a consumer that is
  ///   silent for long.
  ///
  /// A function of its own in the machine code, where a test reads what it calls; once a batch that costs nothing.
  @inline(never)
  package mutating func turn(probing: Bool = false) -> Turn {
    let completedBefore = tally.completed
    recycle()
    let received = reflectBatch()
    let kick = kickTX(probing: probing)
    let fillKick = received == 0 ? kickFill(probing: probing) : .sent
    counters.publish(tally)
    #if DEBUG
      let census = xsk.rings.census()
      precondition(census.balances, "the census doesn't balance: \(census)")
    #endif
    let moved = received > 0 || tally.completed != completedBefore
    return Self.end(of: kick, "sendto") ?? Self.end(of: fillKick, "recvfrom") ?? quietEnd(moved: moved)
  }

  /// Completion ring → fill ring.
  mutating func recycle() {
    tally.completed &+= UInt64(chains ? xsk.rings.recycleChains() : xsk.rings.recycle())
  }

  /// RX ring → TX ring, or fill ring for a frame that isn't to be sent. Frames for which the TX ring has
  /// no room wait in the RX ring.
  ///
  /// - Returns: descriptors received, which are frames where they aren't chains.
  mutating func reflectBatch() -> UInt32 {
    chains ? reflectChains() : reflectFrames()
  }

  private mutating func reflectFrames() -> UInt32 {
    let (takeable, isHeld) = xsk.rings.peek(upTo: batch)
    if isHeld { tally.held &+= 1 }
    guard takeable > 0 else { return 0 }
    for _ in 0..<takeable {
      let frame = xsk.rings.receive()
      if !xsk.rings.umem.contains(frame) {
        tally.rejectedInvalidDescriptor &+= 1
        xsk.rings.reject(frame)
      } else if xsk.rings.umem.withBytes(of: frame, { [reflector] bytes in reflector.reflect(&bytes) }) {
        tally.reflected &+= 1
        xsk.rings.transmit(frame)
      } else {
        tally.rejectedNotReflectable &+= 1
        xsk.rings.reject(frame)
      }
    }
    xsk.rings.submit()
    tally.received &+= UInt64(takeable)
    tally.batches &+= 1
    return takeable
  }

  /// How a turn ends whose kicks found nothing wrong.
  private func quietEnd(moved: Bool) -> Turn {
    if moved { return .worked }
    if copies && xsk.rings.tx.pending > 0 { return .stuck }
    guard tally.inFlight > 0 else { return .idle }
    return xsk.rings.fill.pending > 0 ? .awaitingCompletions : .starved
  }

  /// What a kick has to say about the turn, if anything. ENOBUFS is none: what isn't sent now is on the
  /// TX ring still.
  private static func end(of kick: KickResult, _ call: StaticString) -> Turn? {
    switch kick {
    case .sent, .again, .deviceRefused, .noMemory: nil
    case .linkDown: .linkDown
    case .unbound: .unbound
    case .other(let errno): .failed(call: call, errno)
    }
  }
}
