import CGeneratorABI
import Glibc
import LinuxSystem
import ReflectorCore
import ReflectorLab
import XDPControl

/// The tester's end: sends in a closed loop, counts what returns, and times the run.
///
/// `receive` is attached natively, for its counting and because live frames and XDP_TX want a native
/// program at the receiving end of a veth: without one nothing polls its queue.
struct Tester: ~Copyable {
  private let object: TesterObject
  private let state: MappedArray<generator_state>
  private let roundTrips: MappedArray<UInt64>
  private let link: XDPLink
  private let frame: [UInt8]
  private let expected: [UInt8]
  private let namespace: CInt
  private let interface: CInt
  private let cpu: Int
  /// Marks the frames of a run, so that a late one of the run before isn't taken for one of this.
  private var runs: UInt16 = 0

  /// - Parameter length: of the frames, with the FCS that a veth doesn't have: 64 is 60 bytes here.
  init(_ lab: borrowing BenchLab, object: consuming TesterObject, length: Int, cpu: Int) throws {
    let receive = object.receive
    let index = lab.testerIndex
    let frame = try TestFrame(
      source: LabNetwork.testerMAC, destination: LabNetwork.reflectorMAC,
      network: .ipv4(from: IPv4Address(192, 0, 2, 1), to: IPv4Address(192, 0, 2, 2)),
      sourcePort: 3841, udpChecksum: .zero, payload: .ito(.probe), length: length - 4)
    let link = try lab.insideTester { try XDPLink(program: receive, interfaceIndex: index, mode: .native) }
    let state: MappedArray<generator_state> = try object.map("state", count: 1)
    let roundTrips: MappedArray<UInt64> = try object.map("round_trips", count: Int(GENERATOR_BUCKETS.rawValue))
    self.link = link
    self.state = state
    self.roundTrips = roundTrips
    self.object = object
    self.frame = frame.bytes
    expected = frame.reflected(.all).bytes
    namespace = lab.testerNamespace
    interface = index
    self.cpu = cpu
  }

  /// The program that reflects in the kernel: whoever wants it attaches it.
  var kernelReflector: CInt { object.reflect }

  /// One run, of `plan.duration` and some 100 ms more. Throws when no frame comes back at all.
  mutating func run(_ plan: RunPlan, meter: CPUMeter) throws -> RunResult {
    reset(plan)
    let live = try LiveFrames(
      program: object.generate, frame: frame, namespace: namespace, cpu: cpu, batch: plan.batch,
      repetitions: Int(plan.duration / 1_000_000 + 1000) * 40_000)
    let measured = Result { try measure(plan, meter: meter) }
    // Whatever happened: the loop stops sending now.
    state.pointer(at: 0).pointee.sent.stopped = 1
    try live.end()
    let (begin, end) = try measured.get()
    try drain()
    return result(from: begin, to: end)
  }

  /// What is read together while frames flow: between the three reads pass some microseconds, against
  /// hundreds of milliseconds between two moments.
  private struct Moment {
    let time: UInt64
    let frames: UInt64
    let cpu: CPUTimes?
  }

  private func moment(_ meter: CPUMeter) throws -> Moment {
    Moment(
      time: MonotonicClock.nanoseconds, frames: state.pointer(at: 0).pointee.returned.frames,
      cpu: try meter.read())
  }

  /// Waits for the first frame, lets the run warm up, and looks at both ends of the time that counts.
  ///
  /// Nothing here may take much CPU: this thread and the generator share one.
  private func measure(_ plan: RunPlan, meter: CPUMeter) throws -> (Moment, Moment) {
    let limit = MonotonicClock.nanoseconds + 3_000_000_000
    while state.pointer(at: 0).pointee.sent.started_ns == 0 {
      guard MonotonicClock.nanoseconds < limit else { throw Self.nothingSent }
      try Interruption.check()
      usleep(1000)
    }
    usleep(UInt32(plan.warmUp / 1000))
    let begin = try moment(meter)
    while MonotonicClock.nanoseconds < begin.time + plan.duration {
      try Interruption.check()
      usleep(10_000)
    }
    let end = try moment(meter)
    guard end.frames > begin.frames else { throw Self.nothingReturned }
    return (begin, end)
  }

  /// Everything to 0 but the settings of this run. No program runs meanwhile: the generator isn't started
  /// yet, and the receiver's last frame was waited for.
  private mutating func reset(_ plan: RunPlan) {
    runs &+= 1
    var settings = generator_settings()
    withUnsafeMutableBytes(of: &settings.sent) { $0.copyBytes(from: frame.prefix(Int(GENERATOR_FRAME.rawValue))) }
    withUnsafeMutableBytes(of: &settings.expected) {
      $0.copyBytes(from: expected.prefix(Int(GENERATOR_FRAME.rawValue)))
    }
    // A bound, should this process be gone by then.
    settings.duration_ns = plan.warmUp + plan.duration + 500_000_000
    settings.ifindex = UInt32(interface)
    settings.length = UInt32(frame.count)
    settings.window = UInt32(plan.window)
    settings.time_mask = plan.timeMask
    settings.run = runs
    state.pointer(at: 0).pointee = generator_state(
      settings: settings, sent: generator_sent(), returned: generator_returned())
    roundTrips.pointer(at: 0).update(repeating: 0, count: roundTrips.count)
  }

  /// Waits until everything is back, or nothing came for 200 ms.
  private func drain() throws {
    var last: UInt64 = 0
    var since = MonotonicClock.nanoseconds
    while MonotonicClock.nanoseconds < since + 200_000_000 {
      let now = state[0]
      if now.returned.frames == now.sent.frames { return }
      if now.returned.frames != last { (last, since) = (now.returned.frames, MonotonicClock.nanoseconds) }
      try Interruption.check()
      usleep(1000)
    }
  }

  /// Reads the accounts, which nobody changes any more.
  private func result(from begin: Moment, to end: Moment) -> RunResult {
    let last = state[0]
    let counts = (0..<roundTrips.count).map { roundTrips[$0] }
    let cpu: CPUTimes? =
      if let before = begin.cpu, let after = end.cpu { after - before } else { nil }
    return RunResult(
      elapsed: end.time - begin.time, frames: end.frames - begin.frames, cpu: cpu,
      sent: last.sent.frames, returned: last.returned.frames, corrupted: last.returned.corrupted,
      stale: last.returned.stale,
      roundTrips: RoundTrips(counts: counts, least: last.returned.least_ns, most: last.returned.most_ns))
  }

  private static let nothingSent = BenchError(
    "the generator didn't begin within 3 s", why: "BPF_PROG_TEST_RUN is busy or refused",
    remedy: "needs Linux 5.18 or later, and a CPU that others leave some time on")
  private static let nothingReturned = BenchError(
    "no frame came back", why: "the reflector answers none, or every frame of the window was lost",
    remedy: "run `reflector-xdp lab` to see what it does with single frames")
}
