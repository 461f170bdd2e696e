/// Every case in turn, round after round.
///
/// Whole runs one after the other say little on a machine that others use too. Here each round has its own
/// measurement of whatever a figure is compared with, and ratios are taken within a round.
final class LiveRounds {
  /// One process reflects for all of these.
  private struct Group {
    let setup: Setup
    var cases: [Case]
  }

  private let groups: [Group]
  private let stages: (Setup) throws -> Stage
  private let seconds: Double
  private(set) var figures = LiveFigures()

  init(_ cases: [Case], seconds: Double, stages: @escaping (Setup) throws -> Stage) {
    groups = cases.reduce(into: []) { groups, place in
      if groups.last?.setup == place.setup && groups.last?.cases.first?.suite == place.suite {
        groups[groups.count - 1].cases.append(place)
      } else {
        groups.append(Group(setup: place.setup, cases: [place]))
      }
    }
    self.seconds = seconds
    self.stages = stages
  }

  /// Measures every case once.
  ///
  /// - Parameter countsCalls: once more each, shortly, with its system calls counted.
  func round(countsCalls: Bool) throws {
    for group in groups { try measure(group, countsCalls: countsCalls) }
  }

  private func measure(_ group: Group, countsCalls: Bool) throws {
    let stage = try stages(group.setup)
    let longest = Double(group.cases.count) * (seconds + 2) * 2
    let (returned, totals) = try stage.with(group.setup, seconds: longest) { running in
      var returned: UInt64 = 0
      for place in group.cases {
        let result = try stage.tester.run(RunPlan(place.load, seconds: seconds), meter: running.meter)
        figures.add(result, to: place)
        returned += result.returned
        guard countsCalls, let process = running.process else { continue }
        let counted = try stage.tester.callsPerFrame(RunPlan(place.load, seconds: 0.2), process: process)
        figures.add(callsPerFrame: counted.perFrame, to: place)
        returned += counted.returned
      }
      return returned
    }
    if let totals { figures.add(totals, returned: returned, to: group.cases) }
  }
}
