import Foundation
import Testing

@testable import ReflectorBench

@Suite("Ratios against thresholds")
struct ThresholdTests {
  private func thresholds(_ limit: String) throws -> Thresholds {
    try Thresholds(
      json: """
        {"ratios": [{"name": "one", "suite": "windows", "figure": "frames_per_second",
        "of": {"subject": "xsk", "window": 128}, "to": {"subject": "testpmd", "window": 128}, \(limit)}]}
        """)
  }

  /// One round of three is disturbed.
  private var figures: LiveFigures {
    var figures = LiveFigures()
    for (one, other) in [(900, 1000), (500, 500), (10, 1000)] as [(UInt64, UInt64)] {
      figures.add(Runs.run(frames: one), to: Runs.place(.xsk))
      figures.add(Runs.run(frames: other), to: Runs.place(.testpmd))
      figures.add(Runs.run(frames: 1), to: Runs.place(.xsk, load: Load(window: 1)))
    }
    return figures
  }

  @Test(
    "the median of the rounds' ratios decides",
    arguments: [
      ("\"at_least\": 0.9", true), ("\"at_least\": 0.91", false), ("\"at_most\": 0.9", true),
      ("\"at_most\": 0.89", false),
    ])
  func verdict(limit: String, isReached: Bool) throws {
    let results = try thresholds(limit).check(figures)
    #expect(results.map(\.verdict) == [isReached ? .reached : .missed])
    #expect(results.passed == isReached)
    #expect(results[0].ratio?.median == 0.9)
  }

  @Test("a side that was left out is said, and is no pass")
  func notMeasured() throws {
    var figures = LiveFigures()
    figures.add(Runs.run(frames: 1), to: Runs.place(.xsk))
    let results = try thresholds("\"at_least\": 0.5").check(figures)
    #expect(results.map(\.verdict) == [.notMeasured] && !results.passed)
    var report = Runs.report(figures, [])
    report.checks = results
    #expect(report.text().contains("not measured"))
  }

  @Test("one that was left out beside one that is reached doesn't fail")
  func both() throws {
    let reached = try thresholds("\"at_least\": 0.5").check(figures)
    let missing = try thresholds("\"at_least\": 0.5").check(LiveFigures())
    #expect((reached + missing).passed)
  }

  @Test("a file that isn't one is refused", arguments: ["", "\"at_least\": 1, \"at_most\": 2", "\"at_least\": \"x\""])
  func refused(limit: String) {
    #expect(throws: ThresholdsError.self) { _ = try thresholds(limit.isEmpty ? "\"other\": 1" : limit) }
  }

  @Test("each ratio of the repository's file names a case that is measured")
  func repository() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/benchmarks/thresholds.json"), encoding: .utf8)
    let thresholds = try Thresholds(json: text)
    #expect(thresholds.ratios.count >= 9)
    let subjects = BenchRequest.Reference.allCases.map(\.subject)
    for ratio in thresholds.ratios {
      let cases = ratio.suite.cases(of: subjects, windows: BenchRequest().windows)
      for place in [ratio.of, ratio.to] {
        #expect(cases.count(where: place.isMeant) == 1, "\(ratio.name): \(place)")
      }
    }
  }
}
