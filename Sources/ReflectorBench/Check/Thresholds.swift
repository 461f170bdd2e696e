import FoundationEssentials

/// What ratios have to reach: a file of the repository.
///
/// Ratios only: the same machine measures both sides within seconds, so they mean the same on every machine.
package struct Thresholds: Decodable, Sendable {
  let ratios: [Threshold]

  /// - Throws: what in the JSON isn't one of these.
  package init(json: String) throws(ThresholdsError) {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      self = try decoder.decode(Thresholds.self, from: Data(json.utf8))
    } catch {
      throw ThresholdsError(why: "\(error)")
    }
    for ratio in ratios where (ratio.atLeast == nil) == (ratio.atMost == nil) {
      throw ThresholdsError(why: "\(ratio.name): either at_least or at_most is wanted")
    }
  }

  /// The suites that have to be measured for them.
  package var suites: [Suite] { Suite.allCases.filter { suite in ratios.contains { $0.suite == suite } } }

  /// In the order of the file.
  func check(_ figures: LiveFigures) -> [CheckResult] { ratios.map { $0.check(figures) } }
}

/// The file isn't what it should be.
package struct ThresholdsError: Error, Sendable {
  package let why: String
}

/// One ratio, of medians of the rounds, and its limit.
struct Threshold: Decodable, Sendable {
  let name: String
  let suite: Suite
  let figure: Figure
  let of: Place
  let to: Place
  let atLeast: Double?
  let atMost: Double?

  /// Which case is meant: what isn't named may be anything.
  struct Place: Decodable, Sendable {
    let subject: String
    var window: Int?
    var size: Int?
    var rules: Int?
    var conversations: Int?
    var networks: Int?
    var policy: String?
    var queues: Int?

    func isMeant(_ place: Case) -> Bool {
      func agrees(_ wanted: Int?, _ value: Int) -> Bool { wanted == nil || wanted == value }
      return place.subject.name == subject && agrees(window, place.load.window) && agrees(size, place.load.size)
        && agrees(rules, place.setup.rules) && agrees(conversations, place.load.conversations)
        && agrees(networks, place.setup.networks) && agrees(queues, place.setup.queues)
        && (policy == nil || policy == place.setup.policy.rawValue)
    }
  }

  func check(_ figures: LiveFigures) -> CheckResult {
    func runs(_ wanted: Place) -> [RunResult]? {
      figures.results.first { $0.key.suite == suite && wanted.isMeant($0.key) }?.value
    }
    let ratio = figure.ratio(runs(of), to: runs(to))
    let wanted = atLeast.map { "at least \($0.fixed(2))" } ?? "at most \((atMost ?? 0).fixed(2))"
    return CheckResult(name: name, ratio: ratio, wanted: wanted, verdict: ratio.map(verdict) ?? .notMeasured)
  }

  private func verdict(_ ratio: Spread) -> CheckResult.Verdict {
    ratio.median >= atLeast ?? -.infinity && ratio.median <= atMost ?? .infinity ? .reached : .missed
  }
}

/// What came of one of them.
package struct CheckResult: Encodable, Sendable {
  package enum Verdict: String, Encodable, Sendable {
    case reached, missed
    /// One of the two sides was left out: neither good nor bad.
    case notMeasured = "not measured"
  }

  package let name: String
  let ratio: Spread?
  let wanted: String
  package let verdict: Verdict
}

extension [CheckResult] {
  /// None fell short, and one at least was measured.
  package var passed: Bool {
    allSatisfy { $0.verdict != .missed } && contains { $0.verdict == .reached }
  }
}
