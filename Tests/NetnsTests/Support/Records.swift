import Foundation

/// The first line of `attach --format json`.
struct AttachedEvent: Decodable {
  let event: String
  let interface: String
  let attachMode: String
  let pins: String
  let pages: String
  let queues: [Queue]
  let queuesWithoutSocket: [Int]
  let refusals: [String]
  let warnings: [String]

  struct Queue: Decodable {
    let queue: Int
    let bindMode: String
    let cpu: Int?
  }

  init(json: String) throws { self = try decode(json) }
}

/// What `stats --format json` prints, and `attach --format json` at the end. Decoded here once more and
/// not with the library's own type: this is what other people's programs read.
struct Statistics: Decodable {
  let interface: String
  let attachMode: String
  let reflect: String
  let pid: Int
  let uptimeS: Double
  let seen: UInt64
  let redirected: UInt64
  let passed: [String: UInt64]
  let dropped: [String: UInt64]
  let rules: [String: UInt64]
  let received: UInt64
  let reflected: UInt64
  let completed: UInt64
  let refused: UInt64
  let queues: [Queue]
  let balanced: Bool

  struct Queue: Decodable {
    let queue: Int
    let bindMode: String
    let cpu: Int?
    let frames: Int
    let received: UInt64
    let reflected: UInt64
    let completed: UInt64
    let rejected: [String: UInt64]
    let xsk: [String: UInt64]
    let wakeups: UInt64
    let batches: UInt64
  }

  init(json: String) throws { self = try decode(json) }

  /// The first account of DESIGN.md, added up here and not believed.
  var outcomes: UInt64 { redirected + passed.values.reduce(0, +) + dropped.values.reduce(0, +) }
}

/// What `doctor --format json` prints.
struct DoctorReport: Decodable {
  let interface: String
  let namespace: String?
  let findings: [Finding]
  let bottleneck: Bottleneck?
  let failures: Int
  let warnings: Int
  let unknown: Int
  let ok: Int

  struct Finding: Decodable {
    let check: String
    let status: String
    let value: String
    let why: String
    let commands: Commands?
  }

  struct Commands: Decodable {
    let reflectorXdp: String?
    let plain: String?
  }

  struct Bottleneck: Decodable {
    let cause: String
    let verdict: String
    let seconds: Double
    let evidence: [String: UInt64]
    let others: [String]
  }

  init(json: String) throws { self = try decode(json) }

  func finding(_ check: String) throws -> Finding {
    guard let finding = findings.first(where: { $0.check == check }) else {
      throw TestFailure("no finding on \(check): \(findings.map(\.check))")
    }
    return finding
  }
}

private func decode<Record: Decodable>(_ json: String) throws -> Record {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  do {
    return try decoder.decode(Record.self, from: Data(json.utf8))
  } catch {
    throw TestFailure("not what \(Record.self) should look like: \(json): \(error)")
  }
}
