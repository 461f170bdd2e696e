import LinuxSystem
import ReflectorCore

/// Sends the plan's frames and judges what comes back, in a closed loop: never more frames on their way
/// than the window allows, so that a loss is the reflector's and not a queue's that ran over.
///
/// Lives on one thread, in the tester's namespace.
package struct Tester: ~Copyable {
  private let plan: LabPlan
  private let frames: LabFrames
  private let stop: LabStop
  private var port: PacketPort
  private var ledger: FrameLedger
  private var roundTrips: [[Int64]]
  private var returnedByQueue: [Int]
  private let start = Tester.now()

  /// The longest wait without a look at the stop flag, in milliseconds.
  private static let slice = 20
  /// After the last frame, time for copies of it that nobody asked for.
  private static let linger = 20
  /// After a stop, what is on its way may still come back.
  private static let grace: Int64 = 50_000_000

  /// - Parameter interface: the tester's, in the calling thread's namespace.
  package init(_ plan: LabPlan, _ frames: LabFrames, interface: String, stop: LabStop) throws(LabError) {
    let queues = plan.configuration.queues
    port = try doing("open the tester's port") { () throws(SystemCallError) in
      try PacketPort(interface, queues: queues)
    }
    self.plan = plan
    self.frames = frames
    self.stop = stop
    ledger = FrameLedger(plan.cases)
    roundTrips = Array(repeating: [], count: plan.cases.count)
    returnedByQueue = Array(repeating: 0, count: queues)
  }

  /// Runs the plan to its end, or until the flag is raised or the time is up.
  package consuming func run(reflector: String?) throws(LabError) -> LabReport {
    var begun = 0
    for index in plan.cases.indices where ending == .complete {
      begun = index + 1
      try run(case: index)
    }
    let ending = ending
    try finish(ending)
    return report(begun: begun, ending: ending, reflector: reflector)
  }

  private var ending: LabReport.Ending {
    if stop.isRaised { return .interrupted }
    return Self.now() - start < plan.configuration.longest.nanoseconds ? .complete : .outOfTime
  }

  /// First one at a time, so that no frame waits behind another and the round trip is the frame's own;
  /// then with the window.
  private mutating func run(case index: Int) throws(LabError) {
    let settings = plan.configuration
    let before = ledger.counts[index].sent
    try send(settings.roundTrips, case: index, window: 1) { tester, time in tester.roundTrips[index].append(time) }
    let answered = ledger.counts[index].returned + ledger.counts[index].corrupted
    // Nothing of the first phase came back: a second one would only take its time.
    if ledger.counts[index].sent > before, answered == 0 { return }
    try send(settings.frames, case: index, window: settings.window) { _, _ in }
  }

  private mutating func send(
    _ count: Int, case index: Int, window: Int, _ returned: (inout Tester, Int64) -> Void
  ) throws(LabError) {
    var remaining = count
    let before = ledger.counts[index]
    while (remaining > 0 || ledger.inFlight > 0) && ending == .complete {
      while remaining > 0, ledger.inFlight < window, try send(case: index) { remaining -= 1 }
      try receive(waiting: Self.slice, returned)
      let counts = ledger.counts[index]
      // All lost, twice the window: there is nobody at the other end.
      if counts.returned == before.returned, counts.lost - before.lost >= 2 * window { remaining = 0 }
    }
  }

  /// false if the interface takes no frame now.
  private mutating func send(case index: Int) throws(LabError) -> Bool {
    let frame = try made(index)
    let bytes = frame.bytes
    let expected = frame.reflected(.all).bytes
    let now = Self.now()
    let sent: Bool
    do {
      sent = try port.send(bytes)
    } catch {
      throw .system("send a test frame", error)
    }
    if sent { ledger.send(case: index, expecting: expected, at: now) }
    return sent
  }

  private func made(_ index: Int) throws(LabError) -> TestFrame {
    do {
      return try frames.frame(plan.cases[index], sequence: ledger.nextSequence)
    } catch {
      throw .frame(error)
    }
  }

  private mutating func receive(
    waiting milliseconds: Int, _ returned: (inout Tester, Int64) -> Void
  ) throws(LabError) {
    var arrived: [(frame: [UInt8], queue: Int, at: Int64)] = []
    do {
      try port.receive(waiting: milliseconds) { arrived.append(($0, $1, Self.now())) }
    } catch {
      throw .system("receive test frames", error)
    }
    for (frame, queue, time) in arrived {
      guard let roundTrip = ledger.receive(frame, at: time) else { continue }
      returnedByQueue[queue] += 1
      returned(&self, roundTrip)
    }
    ledger.expire(sentUpTo: Self.now() - plan.configuration.timeout.nanoseconds)
  }

  private mutating func finish(_ ending: LabReport.Ending) throws(LabError) {
    let deadline = Self.now() + Self.grace
    while ledger.inFlight > 0, Self.now() < deadline {
      try receive(waiting: Self.slice) { _, _ in }
    }
    ledger.abandon()
    try receive(waiting: Self.linger) { _, _ in }
  }

  private func report(begun: Int, ending: LabReport.Ending, reflector: String?) -> LabReport {
    let rows = (0..<begun).map { index in
      var row = LabReport.Row(protocol: plan.cases[index].protocol, size: plan.cases[index].size)
      row.counts = ledger.counts[index]
      row.roundTrips = RoundTrips(roundTrips[index])
      return row
    }
    return LabReport(
      cases: rows, planned: plan.cases.count, ending: ending, elapsed: .nanoseconds(Self.now() - start),
      foreign: ledger.foreign, returnedByQueue: returnedByQueue, firstCorruption: ledger.firstCorruption,
      reflector: reflector)
  }

  /// CLOCK_MONOTONIC in nanoseconds.
  private static func now() -> Int64 { Int64(MonotonicClock.nanoseconds) }
}
