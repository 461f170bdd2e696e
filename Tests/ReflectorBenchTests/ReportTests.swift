import CGeneratorABI
import Foundation
import Testing

@testable import ReflectorBench

/// Runs as they might have been.
enum Runs {
  /// Values below 32 have a bucket each.
  private static let buckets = UInt64(GENERATOR_BUCKETS.rawValue)

  static func run(
    frames: UInt64, lost: UInt64 = 0, worker: UInt64? = nil, median: UInt64? = nil, corrupted: UInt64 = 0
  ) -> RunResult {
    let cpu = worker.map { CPUTimes(workers: $0, workersUser: $0 / 10, softirqThread: 0) }
    let trips = median.flatMap { value in
      RoundTrips(counts: (0..<buckets).map { $0 == value ? 7 : 0 }, least: value, most: value)
    }
    return RunResult(
      elapsed: 1_000_000_000, frames: frames, framesSent: frames, cpu: cpu, sent: 1000, returned: 1000 - lost,
      corrupted: corrupted, stale: 0, roundTrips: trips)
  }

  static func place(_ subject: Subject, suite: Suite = .windows, rules: Int = 0, load: Load = Load()) -> Case {
    Case(suite: suite, setup: Setup(subject: subject, rules: rules), load: load)
  }

  static let machine = Machine.current(version: "1.2.3")

  static func report(_ figures: LiveFigures, _ cases: [Case]) -> Report {
    var report = Report(machine: machine, settings: BenchSettings(rounds: 2, secondsPerRun: 1, holdSeconds: 60))
    report.live = cases.compactMap { LiveRow($0, in: figures) }
    return report
  }
}

@Suite("From rounds to a report")
struct ReportTests {
  @Test("median and quartiles, between two figures in proportion")
  func spread() throws {
    let odd = try #require(Spread([5, 1, 3, 2, 4]))
    #expect(odd.median == 3 && odd.quartiles == [2, 4] && odd.least == 1 && odd.most == 5 && odd.rounds == 5)
    let even = try #require(Spread([1, 2, 3, 4]))
    #expect(even.median == 2.5 && even.quartiles == [1.75, 3.25])
    #expect(Spread([]) == nil)
  }

  @Test("ratios are taken within each round, and lost frames are told")
  func rows() throws {
    var figures = LiveFigures()
    let (limit, xsk, testpmd) = (Runs.place(.kernelLimit), Runs.place(.xsk), Runs.place(.testpmd))
    // The machine was half as fast in the second round.
    for scale in [1, 2] as [UInt64] {
      figures.add(Runs.run(frames: 8000 / scale), to: limit)
      figures.add(Runs.run(frames: 1000 / scale, lost: 1, worker: 500_000 / scale, median: 10 * scale), to: xsk)
      figures.add(Runs.run(frames: 2000 / scale, worker: 500_000 / scale, median: 5 * scale), to: testpmd)
    }
    figures.add(callsPerFrame: 0.25, to: xsk)
    let row = try #require(LiveRow(xsk, in: figures))
    #expect(row.rateToKernelLimit?.least == 0.125 && row.rateToKernelLimit?.most == 0.125)
    #expect(row.rateToTestpmd?.least == 0.5 && row.roundTripToTestpmd?.most == 2)
    #expect(row.workerNsPerFrame?.median == 500 && row.userNsPerFrame == 50 && row.callsPerFrame == 0.25)
    #expect(row.roundTrip?.frames == 14 && row.roundTrip?.leastNs == 10 && row.roundTrip?.mostNs == 20)
    #expect(row.lost == 2 && !row.isFaultless)
    let reference = try #require(LiveRow(limit, in: figures))
    #expect(reference.isFaultless && reference.workerNsPerFrame == nil && reference.callsPerFrame == nil)
    #expect(LiveRow(Runs.place(.xskSpinning), in: figures) == nil)
  }

  @Test("what other options change is told against xsk, round by round")
  func comparison() throws {
    var figures = LiveFigures()
    let (usual, other) = (Runs.place(.xsk), Runs.place(.with("--batch 16 --huge-pages")))
    // The machine was half as fast in the second round, and the options cost a quarter in both.
    for scale in [1, 2] as [UInt64] {
      figures.add(Runs.run(frames: 1000 / scale, worker: 500_000), to: usual)
      figures.add(Runs.run(frames: 750 / scale, worker: 750_000), to: other)
    }
    let row = try #require(LiveRow(other, in: figures))
    #expect(row.rateToXsk?.least == 0.75 && row.rateToXsk?.most == 0.75)
    #expect(row.workerTimeToXsk?.median == 2)
    #expect(row.roundTripToXsk == nil)
    let text = Runs.report(figures, [usual, other]).text()
    #expect(text.contains("windows: against xsk") && text.contains("--batch 16 --huge-pages"))
  }

  @Test("what costs nothing is compared with one rule, in the same round")
  func first() throws {
    var figures = LiveFigures()
    for rules in [1, 64] {
      figures.add(Runs.run(frames: rules == 1 ? 1000 : 900), to: Runs.place(.xsk, suite: .rules, rules: rules))
    }
    #expect(LiveRow(Runs.place(.xsk, suite: .rules, rules: 64), in: figures)?.rateToFirst?.median == 0.9)
    figures.add(Runs.run(frames: 5), to: Runs.place(.xsk))
    #expect(LiveRow(Runs.place(.xsk), in: figures)?.rateToFirst == nil)
  }

  @Test("totals that don't balance, or aren't the tester's, are told", arguments: [true, false])
  func disagreement(balanced: Bool) throws {
    var figures = LiveFigures()
    let place = Runs.place(.xsk)
    figures.add(Runs.run(frames: 10, worker: 1), to: place)
    let totals = ReflectorProcess.Totals(reflected: 10, balanced: balanced)
    figures.add(totals, returned: balanced ? 10 : 11, to: [place])
    #expect(try #require(LiveRow(place, in: figures)).isFaultless == balanced)
  }

  @Test("frames that were sent by the clock may be lost, but not come back changed or twice")
  func paced() throws {
    let place = Runs.place(.xsk, suite: .latency, load: Load(rate: 100_000))
    for (run, isFaultless) in [
      (Runs.run(frames: 10, lost: 3), true), (Runs.run(frames: 10, lost: 3, corrupted: 1), false),
    ] {
      var figures = LiveFigures()
      figures.add(run, to: place)
      #expect(try #require(LiveRow(place, in: figures)).isFaultless == isFaultless)
    }
  }

  @Test("latency that is added is the percentile less the kernel limit's")
  func added() throws {
    var figures = LiveFigures()
    let places = [Subject.kernelLimit, .xsk].map { Runs.place($0, suite: .latency, load: Load(rate: 100_000)) }
    for (place, median) in zip(places, [7, 30] as [UInt64]) {
      figures.add(Runs.run(frames: 10, median: median), to: place)
    }
    #expect(LiveRow(places[1], in: figures)?.added?.p50Ns == 23 && LiveRow(places[0], in: figures)?.added == nil)
    #expect(Runs.report(figures, places).text().contains("added p99.9"))
  }

  @Test("JSON has no figure for what wasn't measured")
  func json() throws {
    var figures = LiveFigures()
    figures.add(Runs.run(frames: 10), to: Runs.place(.kernelLimit))
    let text = try Runs.report(figures, [Runs.place(.kernelLimit)]).json()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let row = try #require((object["live"] as? [[String: Any]])?.first)
    #expect(row["subject"] as? String == "kernel limit" && row["window"] as? Int == 128)
    #expect(row["worker_ns_per_frame"] == nil && row["rules"] == nil && row["rate_to_testpmd"] == nil)
    #expect((object["machine"] as? [String: Any])?["version"] as? String == "1.2.3")
    #expect(object["checks"] == nil)
  }

  @Test("files: tables, JSON, and pictures of what was measured with several values")
  func files() throws {
    var figures = LiveFigures()
    let cases = [128, 1].map { Runs.place(.xsk, load: Load(window: $0)) }
    for place in cases { figures.add(Runs.run(frames: 1000, worker: 10, median: 12), to: place) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Runs.report(figures, cases).write(into: "\(folder)/new")
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/new")
    #expect(names.sorted() == ["latency.svg", "results.json", "results.md", "windows.svg"])
    let page = try String(contentsOfFile: "\(folder)/new/results.md", encoding: .utf8)
    // Their buckets would be most of the file: only where round trips are the question.
    let buckets = [128, 1].map { window in
      LiveRow(Runs.place(.xsk, load: Load(window: window)), in: figures)?.roundTrip?.histogram?.count
    }
    #expect(buckets == [nil, 1])
    #expect(page.contains("](windows.svg)") && page.contains("### windows: frames reflected"))
    #expect(throws: BenchError.self) { try Runs.report(figures, cases).write(into: "/proc/nothing/here") }
  }
}
