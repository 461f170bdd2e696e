import CGeneratorABI
import Glibc
import LinuxSystem
import XDPControl

/// The tester's end: sends, counts what returns, and times the run.
///
/// `receive` is attached natively, for its counting and because live frames and XDP_TX want a native
/// program at the receiving end of a veth: without one nothing polls its queue.
struct Tester: ~Copyable {
  private let object: TesterObject
  private let maps: TesterMaps
  private var calls: CallCounter
  private let link: XDPLink
  private let namespace: CInt
  private let interface: CInt
  private let cpus: [Int]
  /// The generators give way to whoever wants their CPU.
  private let yields: Bool
  /// Marks the frames of a run, so that a late one of the run before isn't taken for one of this.
  private var runs: UInt16 = 0

  /// - Parameters:
  ///   - cpus: of the generators, one for each queue of the lab. veth gives a frame to the queue whose number is the
  ///     sending CPU's, modulo their count: no two of them may come to the same.
  ///   - yields: the generators share their CPUs with the workers, and run when those rest.
  init(_ lab: borrowing BenchLab, object: consuming TesterObject, cpus: [Int], yields: Bool = false) throws {
    let receive = object.receive
    let index = lab.testerIndex
    let link = try lab.insideTester { try XDPLink(program: receive, interfaceIndex: index, mode: .native) }
    let maps = try TesterMaps(object, queues: cpus.count)
    let calls = try CallCounter(object)
    self.link = link
    self.maps = maps
    self.calls = calls
    self.object = object
    self.cpus = cpus
    self.yields = yields
    namespace = lab.testerNamespace
    interface = index
  }

  /// The program that reflects in the kernel: whoever wants it attaches it.
  var kernelReflector: CInt { object.reflect }

  /// One run, of `plan.duration` and some 100 ms more. Throws when no frame comes back at all.
  mutating func run(_ plan: RunPlan, meter: CPUMeter) throws -> RunResult {
    try during(plan) { maps throws in try Self.measure(plan, maps, meter: meter) }.finish(maps)
  }

  /// A short run in which a process's system calls are counted, which costs every process on the machine something: so
  /// it isn't measured otherwise. Nil where they can't be counted.
  mutating func callsPerFrame(_ plan: RunPlan, process: pid_t) throws -> (perFrame: Double?, returned: UInt64) {
    try? calls.start(process: process, program: object.countCalls)
    let result = Result { try run(plan, meter: .nothing) }
    let count = calls.stop()
    let done = try result.get()
    return (count.map { Double($0) / Double(max(done.sent, 1)) }, done.returned)
  }

  /// Sends by the clock, a frame in 100 us, while `body` runs, which may wait for the first one to come back.
  ///
  /// - Parameter body: its argument returns when (CLOCK_MONOTONIC) that was, and throws when none came within ten
  ///   seconds.
  mutating func whileSending<Value>(_ body: (_ waitForFirst: () throws -> UInt64) throws -> Value) throws -> Value {
    try during(RunPlan(Load(rate: 10_000), seconds: 60)) { maps throws in
      try body { try Self.firstReturn(maps) }
    }
  }

  private static func firstReturn(_ maps: borrowing TesterMaps) throws -> UInt64 {
    let limit = MonotonicClock.nanoseconds + 10_000_000_000
    while MonotonicClock.nanoseconds < limit {
      if let first = maps.firstReturn { return first }
      try Interruption.check()
      usleep(1000)
    }
    throw stalled(maps)
  }

  /// Runs the generators while `body` runs. Afterwards nothing is sent any more, and everything is back or nothing
  /// came for 200 ms.
  private mutating func during<Value>(_ plan: RunPlan, _ body: (borrowing TesterMaps) throws -> Value) throws -> Value {
    let frames = try LoadFrames(plan.load)
    reset(plan, frames)
    let generators = Generators()
    let result = Result {
      for cpu in cpus {
        generators.add(
          try LiveFrames(
            program: object.generate, frame: frames.sent, namespace: namespace, cpu: cpu, yields: yields,
            batch: plan.batch))
      }
      try waitForStart(of: generators)
      return try body(maps)
    }
    // Whatever happened: the loops stop sending now.
    maps.stop()
    try generators.end()
    let value = try result.get()
    try drain()
    return value
  }

  private mutating func reset(_ plan: RunPlan, _ frames: LoadFrames) {
    runs &+= 1
    let load = plan.load
    var settings = generator_settings()
    let bytes = Int(GENERATOR_FRAME.rawValue)
    withUnsafeMutableBytes(of: &settings.sent) { $0.copyBytes(from: frames.sent.prefix(bytes)) }
    withUnsafeMutableBytes(of: &settings.expected) { $0.copyBytes(from: frames.expected.prefix(bytes)) }
    // A bound, should this process be gone by then.
    settings.duration_ns = plan.warmUp + plan.duration + 500_000_000
    // Shared among the queues.
    settings.interval = load.isPaced ? UInt64(1024e9 * Double(maps.queues) / Double(load.rate)) : 0
    settings.burst = RunPlan.burst
    settings.ifindex = UInt32(interface)
    settings.length = UInt32(frames.sent.count)
    settings.window = load.isPaced ? .max : UInt32(load.window)
    settings.time_mask = plan.timeMask
    settings.queues = UInt32(maps.queues)
    settings.run = runs
    frames.vary(&settings)
    maps.reset(settings)
  }

  /// Throws when one doesn't begin, or can't: its end says why.
  private func waitForStart(of generators: Generators) throws {
    let limit = MonotonicClock.nanoseconds + 10_000_000_000
    while !maps.hasStarted {
      guard MonotonicClock.nanoseconds < limit, !generators.hasFailed else { throw Self.nothingSent }
      try Interruption.check()
      usleep(1000)
    }
  }

  private func drain() throws {
    var last: UInt64 = 0
    var since = MonotonicClock.nanoseconds
    while MonotonicClock.nanoseconds < since + 200_000_000 {
      let returned = maps.returned
      if returned == maps.sent { return }
      if returned != last { (last, since) = (returned, MonotonicClock.nanoseconds) }
      try Interruption.check()
      usleep(1000)
    }
  }

  /// Lets the run warm up, and looks at both ends of the time that counts.
  ///
  /// Nothing here may take much CPU: this thread and a generator share one.
  private static func measure(_ plan: RunPlan, _ maps: borrowing TesterMaps, meter: CPUMeter) throws -> MeasuredPart {
    usleep(UInt32(plan.warmUp / 1000))
    let begin = try MeasuredPart.Moment(maps, meter)
    let limit = begin.time + plan.duration
    // A subject that got no CPU for as long as that may get some yet. By the clock, that nothing comes is a result.
    let patience = limit + (plan.load.isPaced ? 0 : Self.patience)
    while MonotonicClock.nanoseconds < (maps.returned > begin.frames ? limit : patience) {
      try Interruption.check()
      usleep(10_000)
    }
    let end = try MeasuredPart.Moment(maps, meter)
    guard end.frames > begin.frames || plan.load.isPaced else { throw Self.stalled(maps) }
    return MeasuredPart(begin: begin, end: end)
  }

  /// Nanoseconds without a frame after which nobody expects one any more.
  private static let patience: UInt64 = 5_000_000_000

  private static let nothingSent = BenchError(
    "the generator didn't begin within 10 s", why: "BPF_PROG_TEST_RUN is busy or refused",
    remedy: "needs Linux 5.18 or later, and a CPU that others leave some time on")
  private static func stalled(_ maps: borrowing TesterMaps) -> BenchError {
    BenchError(
      "no frame comes back",
      why: "of \(maps.sent) that were sent, \(maps.returned) came back, and then none for seconds",
      remedy: "run `reflector-xdp lab` to see what it does with single frames")
  }
}
