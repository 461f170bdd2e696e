import Glibc
import LinuxSystem

/// One run of the benchmark, from the request to the report.
struct BenchSession {
  private let request: BenchRequest
  private let say: (String, Bool) -> Void
  private let suites: [Suite]
  private let subjects: [Subject]
  /// Nil when no frame is sent anywhere.
  private let cpus: CPUPlan
  private var report: Report
  /// A lab for each kind of setup, made when it is first needed.
  private let stages = Stages()

  private final class Stages {
    var made: [StageKind: Stage] = [:]
  }

  private struct StageKind: Hashable {
    let queues: Int
    let sharesCPUs: Bool
  }

  init(_ request: BenchRequest, say: @escaping (String, Bool) -> Void) throws {
    self.request = request
    self.say = say
    // What a threshold needs is measured, asked for or not.
    let asked = Set(request.suites + (request.thresholds?.suites ?? []))
    suites = Suite.allCases.filter(asked.contains)
    var settings = BenchSettings(
      rounds: request.rounds, secondsPerRun: request.seconds, holdSeconds: request.holdSeconds)
    cpus = try Self.cpus(request)
    let programs = try Programs.find(reflector: request.reflector)
    let leftOut = request.subjects.compactMap { subject in
      programs.obstacle(to: subject).map { LeftOut(what: subject.name, why: $0) }
    }
    subjects = request.subjects.filter { programs.obstacle(to: $0) == nil }
    settings.generatorCpu = cpus.generator
    settings.reflectorCpu = cpus.worker
    report = Report(machine: .current(version: request.version), settings: settings)
    for one in leftOut { leave(one) }
  }

  private static func cpus(_ request: BenchRequest) throws -> CPUPlan {
    guard geteuid() == 0 else {
      throw BenchError("make a lab", why: "this isn't root", remedy: "run as root", status: 77)
    }
    return try CPUPlan(
      generator: request.generatorCPU, worker: request.reflectorCPU, allowed: try IndexList.allowedCPUs().indices)
  }

  private mutating func leave(_ out: LeftOut) {
    say("left out: \(out.what): \(out.why)", true)
    report.leftOut.append(out)
  }

  mutating func run() throws -> Report {
    try runRounds()
    if suites.contains(.lossless) { try runLossless() }
    if suites.contains(.start) { try runStart() }
    if suites.contains(.idle) { try runIdle() }
    report.machine.dpdk = stages.made.values.compactMap { $0.subjects.dpdkVersion }.first
    return report
  }

  private mutating func runRounds() throws {
    let cases = suites.filter(\.isLive).flatMap { measurable($0.cases(of: subjects, windows: request.windows)) }
    let rounds = LiveRounds(cases, seconds: request.seconds, stages: stage)
    for round in 1...request.rounds where !cases.isEmpty {
      say("round \(round) of \(request.rounds)", false)
      try rounds.round(countsCalls: round == request.rounds)
    }
    report.live = Self.sorted(cases).compactMap { LiveRow($0, in: rounds.figures) }
    report.checks = request.thresholds.map { $0.check(rounds.figures) }
  }

  /// Without those for which there aren't CPUs enough.
  private mutating func measurable(_ cases: [Case]) -> [Case] {
    let queues = Set(cases.map(\.setup)).filter { cpus.cpus(of: $0) == nil }.map(\.queues)
    for count in Set(queues).sorted() { leave(LeftOut(what: "\(count) queues", why: "there aren't CPUs enough")) }
    return cases.filter { cpus.cpus(of: $0.setup) != nil }
  }

  /// By suite and by what it varies: what is to be compared stands together.
  private static func sorted(_ cases: [Case]) -> [Case] {
    var kinds: [Case] = []
    for place in cases {
      // The same case of a subject that is the same for all.
      let kind = Case(
        suite: place.suite,
        setup: Setup(
          subject: .xsk, rules: place.setup.rules, networks: place.setup.networks, policy: place.setup.policy,
          queues: place.setup.queues),
        load: place.load)
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return kinds.flatMap { kind in
      cases.filter {
        $0.suite == kind.suite && $0.setup.rules == kind.setup.rules
          && $0.setup.networks == kind.setup.networks && $0.setup.policy == kind.setup.policy
          && $0.setup.queues == kind.setup.queues
          && $0.load == kind.load
      }
    }
  }

  private func stage(_ setup: Setup) throws -> Stage {
    let kind = StageKind(queues: setup.queues, sharesCPUs: setup.sharesCPUs)
    if let stage = stages.made[kind] { return stage }
    guard let cpus = cpus.cpus(of: setup) else {
      throw BenchError("measure \(setup.queues) queues", why: "there aren't CPUs enough", remedy: "leave it out")
    }
    let stage = try Stage(executable: request.reflector, generators: cpus.generators, workers: cpus.workers)
    stages.made[kind] = stage
    return stage
  }

  private mutating func runLossless() throws {
    let measurement = LosslessMeasurement(seconds: request.seconds, holdSeconds: request.holdSeconds)
    for subject in subjects {
      let stage = try stage(Setup(subject: subject))
      let figures = try measurement.measure(subject, on: stage) { say($0, false) }
      report.lossless.append(LosslessRow(subject, figures))
    }
  }

  private mutating func runStart() throws {
    for subject in subjects {
      say("start: \(subject.name)", false)
      let stage = try stage(Setup(subject: subject))
      let starts = try (0..<request.rounds).map { _ in try StartMeasurement().measure(subject, on: stage) }
      if let row = StartRow(subject, starts) { report.start.append(row) }
    }
  }

  private mutating func runIdle() throws {
    for subject in subjects where subject != .kernelLimit {
      say("idle: \(subject.name)", false)
      let stage = try stage(Setup(subject: subject))
      let shares = try (0..<request.rounds).compactMap { _ in
        try IdleMeasurement(seconds: request.seconds).measure(subject, on: stage)
      }
      if let row = IdleRow(subject, shares) { report.idle.append(row) }
    }
  }
}
