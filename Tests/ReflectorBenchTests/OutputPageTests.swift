import Foundation
import Testing

@testable import ReflectorBench

@Suite("docs/output.md promises fields to programs")
struct OutputPageTests {
  /// A report in which nothing is absent.
  private func report() throws -> Report {
    var figures = LiveFigures()
    let cases = [Subject.kernelLimit, .xsk, .testpmd].map { Runs.place($0, suite: .rules, rules: $0 == .xsk ? 1 : 0) }
    for place in cases {
      figures.add(Runs.run(frames: 10, worker: 10, median: 10), to: place)
      figures.add(callsPerFrame: 1, to: place)
      figures.add(ReflectorProcess.Totals(reflected: 1, balanced: true), returned: 1, to: [place])
    }
    let latency = [Subject.kernelLimit, .xsk].map { Runs.place($0, suite: .latency, load: Load(rate: 5)) }
    for place in latency { figures.add(Runs.run(frames: 10, median: 10), to: place) }
    var report = Runs.report(figures, cases + latency)
    report.machine.dpdk = "DPDK 1"
    report.leftOut = [LeftOut(what: "a", why: "b")]
    let held = Runs.run(frames: 10, worker: 10, median: 10)
    report.lossless = [LosslessRow(.xsk, LosslessMeasurement.Figures(closedLoop: 2, highest: 1, held: held))]
    report.start = [StartRow(.xsk, [StartMeasurement.Figures(nanoseconds: 1, residentBytes: 1)])].compactMap { $0 }
    report.idle = [IdleRow(.xsk, [0.1])].compactMap { $0 }
    report.checks = [CheckResult(name: "a", ratio: Spread([1]), wanted: "b", verdict: .reached)]
    return report
  }

  private func keys(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]: object.reduce(into: []) { $0.formUnion(keys($1.value).union([$1.key])) }
    case let array as [Any]: array.reduce(into: []) { $0.formUnion(keys($1)) }
    default: []
    }
  }

  @Test("every field of the JSON stands on the page")
  func fields() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/output.md"), encoding: .utf8)
    let start = try #require(page.range(of: "## bench, JSON"))
    let section = page[start.upperBound...].split(separator: "\n## ")[0]
    let found = keys(try JSONSerialization.jsonObject(with: Data(try report().json().utf8)))
    #expect(found.count > 60)
    for key in found.sorted() { #expect(section.contains("`\(key)`"), "no `\(key)`") }
  }
}
