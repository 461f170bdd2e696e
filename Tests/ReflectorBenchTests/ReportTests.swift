import Foundation
import Testing

@testable import ReflectorBench

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

  private func result(frames: UInt64, sent: UInt64, returned: UInt64, worker: UInt64? = nil) -> RunResult {
    let cpu = worker.map { CPUTimes(workers: $0, workersUser: $0 / 10, softirqThread: 0) }
    return RunResult(
      elapsed: 1_000_000_000, frames: frames, cpu: cpu, sent: sent, returned: returned, corrupted: 0, stale: 0,
      roundTrips: nil)
  }

  @Test("ratios are taken within each round, and lost frames are told")
  func rows() throws {
    var figures = LiveFigures()
    let kernel = LiveFigures.Case(subject: .kernel, window: 128)
    let blocking = LiveFigures.Case(subject: .blocking, window: 128)
    // The machine was half as fast in the second round.
    for scale in [1, 2] as [UInt64] {
      figures.add(result(frames: 8000 / scale, sent: 8000, returned: 8000), to: kernel)
      figures.add(result(frames: 1000 / scale, sent: 1000, returned: 999, worker: 500_000 / scale), to: blocking)
    }
    let row = try #require(LiveRow(blocking, in: figures))
    let ratio = try #require(row.ratioToKernel)
    #expect(ratio.least == 0.125 && ratio.most == 0.125)
    #expect(row.workerNanosecondsPerFrame?.median == 500)
    #expect(row.userNanosecondsPerFrame == 50)
    #expect(row.lost == 2 && !row.isFaultless)
    let reference = try #require(LiveRow(kernel, in: figures))
    #expect(reference.isFaultless && reference.workerNanosecondsPerFrame == nil)
    #expect(LiveRow(LiveFigures.Case(subject: .busyPoll, window: 1), in: figures) == nil)
  }

  @Test("what other options change is told against blocking, round by round")
  func comparison() throws {
    var figures = LiveFigures()
    let usual = LiveFigures.Case(subject: .blocking, window: 128)
    let other = LiveFigures.Case(subject: .with("--batch 16 --huge-pages"), window: 128)
    // The machine was half as fast in the second round, and the options cost a quarter in both.
    for scale in [1, 2] as [UInt64] {
      figures.add(result(frames: 1000 / scale, sent: 1000, returned: 1000, worker: 500_000), to: usual)
      figures.add(result(frames: 750 / scale, sent: 750, returned: 750, worker: 750_000), to: other)
    }
    let row = try #require(LiveRow(other, in: figures))
    #expect(row.rateToBlocking?.least == 0.75 && row.rateToBlocking?.most == 0.75)
    #expect(row.workerTimeToBlocking?.median == 2)
    #expect(row.roundTripToBlocking == nil)
    #expect(other.subject.options == ["--batch", "16", "--huge-pages"])
    #expect(other.subject.name == "--batch 16 --huge-pages")
    #expect(Subject.with("").options.isEmpty && Subject.with("").name == "the same again")
    #expect(try String(decoding: JSONEncoder().encode([other.subject]), as: UTF8.self).contains("--batch 16"))
  }

  @Test("totals that don't balance, or aren't the tester's, are told", arguments: [true, false])
  func disagreement(balanced: Bool) throws {
    var figures = LiveFigures()
    let place = LiveFigures.Case(subject: .blocking, window: 1)
    figures.add(result(frames: 10, sent: 10, returned: 10, worker: 1), to: place)
    let totals = ReflectorProcess.Totals(received: 10, reflected: 10, completed: 10, balanced: balanced)
    figures.add(totals, sent: balanced ? 10 : 11, to: .blocking)
    #expect(try #require(LiveRow(place, in: figures)).isFaultless == balanced)
  }

  @Test("every mix is reflected to what it should be")
  func rewriting() throws {
    for mix in try FrameMix.all() {
      let benchmark = try RewriteBenchmark(mix, work: .reflect)
      try benchmark.checkOnce()
      #expect(try benchmark.round(batches: 2) > 0)
    }
  }

  @Test("JSON has no figure for what wasn't measured")
  func json() throws {
    let machine = Machine.current()
    let report = Report(machine: machine, settings: nil, rewrite: [], live: [])
    let text = try report.json()
    #expect(text.contains("\"kernel\"") && !text.contains("settings"))
    #expect(report.text().contains(machine.kernel))
  }
}
