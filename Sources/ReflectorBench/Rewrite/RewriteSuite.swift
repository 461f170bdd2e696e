/// Every mix in turn, round after round: what disturbs the machine disturbs them all alike.
struct RewriteSuite {
  /// 640,000 frames a round: some 3 ms, short against a scheduler's slice, long against the clock's read.
  static let batches = 10_000
  static let rounds = 51

  /// One line of the report.
  struct Row: Encodable, Sendable {
    let frames: String
    let nanosecondsPerFrame: Spread
  }

  /// Checks every mix once, then measures; some two seconds.
  ///
  /// Throws when a frame isn't rewritten to what it should be: the time of a wrong result is worth nothing.
  static func run() throws -> [Row] {
    let mixes = try FrameMix.all()
    for mix in mixes { try RewriteBenchmark(mix, work: .reflect).checkOnce() }
    var figures = [[Double]](repeating: [], count: mixes.count + 1)
    for _ in 0..<rounds {
      try Interruption.check()
      // Made anew for each round, so that no mix keeps a lucky placement of its pages.
      figures[0].append(try RewriteBenchmark(mixes[0], work: .touch).round(batches: batches))
      for (index, mix) in mixes.enumerated() {
        figures[index + 1].append(try RewriteBenchmark(mix, work: .reflect).round(batches: batches))
      }
    }
    let names = ["(touch one byte)"] + mixes.map(\.name)
    return zip(names, figures).compactMap { name, figures in
      Spread(figures).map { Row(frames: name, nanosecondsPerFrame: $0) }
    }
  }
}
