import AFXDP
import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// Turn after turn, and what happens in between when there is nothing to do.
extension QueueWorker {
  /// Runs until it is asked to stop, or can't go on.
  ///
  /// - Returns: the state to end in.
  mutating func run(_ control: WorkerControl) -> WorkerState {
    let end = work(control)
    switch end {
    case .unbound, .failed: takeWhatIsLeft()
    case .starting, .running, .linkDown, .stopped: break
    }
    return end
  }

  private mutating func work(_ control: WorkerControl) -> WorkerState {
    var idle = IdlePolicy(spinLimit: spinLimit)
    var isUp = true
    var refusedSince: Int64?
    var watch = PollingWatch(isPolling: xsk.configuration.busyPoll && !copies)
    control.state = .running
    while !control.stopRequested.load(ordering: .relaxed) {
      let turn = turn(probing: idle.probesNext)
      if let end = end(of: turn, refusedSince: &refusedSince) { return end }
      switch turn {
      case .linkDown, .unbound, .failed:
        if isUp { control.state = .linkDown }
        isUp = false
      case .worked, .idle, .awaitingCompletions, .starved, .stuck:
        if !isUp { control.state = .running }
        isUp = true
      }
      if watch.sendsNothing(after: turn, tally, now: { Self.now }) {
        try? xsk.wakeDriver()
        control.wakesDriver.store(true, ordering: .releasing)
      }
      if isPolling, !knowsPolled { lookWhoIsPolled() }
      guard let rest = idle.rest(after: turn, now: Self.now) else {
        if !turn.moved { lookOn() }
        continue
      }
      let readiness = self.rest(rest, signal: control.stop.fileDescriptor)
      if readiness.isUnbound { return .unbound }
      if readiness.hasFrames { idle.framesArrived() }
    }
    return drain()
  }

  /// The state that a turn ends the work in; nil if it goes on.
  ///
  /// In zero-copy it is the driver that answers a kick. While it makes its rings anew (`ethtool -L`, `-G`, a reset) it
  /// may not know the queue: ENXIO with one, EINVAL with another. Should the device be gone after all, the supervisor
  /// hears it.
  private func end(of turn: Turn, refusedSince: inout Int64?) -> WorkerState? {
    let end: WorkerState
    switch turn {
    case .unbound: end = .unbound
    case .failed(let call, let errno): end = .failed(SystemCallError("\(call)", errno))
    case .linkDown, .worked, .idle, .awaitingCompletions, .starved, .stuck:
      refusedSince = nil
      return nil
    }
    guard !copies else { return end }
    let now = Self.now
    let since = refusedSince ?? now
    refusedSince = since
    return now - since < patience ? nil : end
  }

  /// Between two turns of a worker that looks on: waits a moment for the kernel to have something.
  ///
  /// A whole turn reads and writes half a dozen cache lines, some of which the kernel is writing on another CPU
  /// meanwhile, so this reads as little as can be and pauses in between, for some 300 ns. Then comes a system call
  /// that has nothing to do: a kernel that was called a moment ago sends the next frame sooner, where caches are short,
  /// by one part in fourteen of the round trip. Called sooner it holds up the frames that come right after the last
  /// (docs/performance.md, "What was tried").
  private mutating func lookOn() {
    guard !isPolling else { return }
    for _ in 0..<(copies ? 12 : 64) {
      if xsk.rings.rx.pending > 0 || !copies && xsk.rings.completion.pending > 0 { return }
      clinux_relax()
    }
    // In zero-copy it would wake the driver, which has nothing to do either.
    guard copies else { return }
    tally.rxWakeups &+= 1
    _ = xsk.kickRX()
  }

  /// In copy mode a driver may give its frames no NAPI id (veth). Then a kick that is to poll finds nobody, and costs
  /// a system call a turn: longer than the frame that comes meanwhile should wait.
  mutating func lookWhoIsPolled() {
    guard tally.received > 0 else { return }
    knowsPolled = true
    if copies, NAPIIdentity.of(fileDescriptor: xsk.fileDescriptor) == nil { isPolling = false }
  }

  private mutating func rest(_ rest: IdlePolicy.Rest, signal: CInt) -> Readiness {
    tally.polls &+= 1
    counters.publish(tally)
    return xsk.wait(forFrames: rest.looksForFrames, signal: signal, timeoutMilliseconds: rest.milliseconds)
  }

  /// After the last frame was redirected here: takes what is in the RX ring, sends it, and waits until
  /// everything in flight has come back. A second at most: then what is missing shows in the counters as
  /// reflected but not completed.
  mutating func drain() -> WorkerState {
    let deadline = Self.now + 1_000_000_000
    while true {
      switch turn() {
      case .unbound: return .unbound
      case .failed(let call, let errno): return .failed(SystemCallError("\(call)", errno))
      case .worked: break
      case .idle where xsk.rings.rx.pending == 0: return .stopped
      case .idle, .awaitingCompletions, .starved, .stuck, .linkDown:
        _ = xsk.wait(forFrames: false, signal: -1, timeoutMilliseconds: 1)
      }
      if Self.now >= deadline { return .stopped }
    }
  }

  /// After the last kick: books what is in the RX ring as received and put on the TX ring, from which nothing
  /// takes it any more. So it shows as in flight, and not as lost between the program and the worker.
  private mutating func takeWhatIsLeft() {
    // No more than fits, or frames that are rejected could keep coming.
    for _ in 0...(xsk.rings.rx.size / batch) { if reflectBatch() == 0 { break } }
    counters.publish(tally)
  }

  /// CLOCK_MONOTONIC in nanoseconds.
  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
