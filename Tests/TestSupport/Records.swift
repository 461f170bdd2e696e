import Foundation

/// The first line of `attach --format json`.
package struct AttachedEvent: Decodable {
  package let event: String
  package let interface: String
  package let attachMode: String
  package let datapath: String
  package let pins: String
  /// Absent in the kernel datapath.
  package let pages: String?
  /// The CPUs that frames are spread over.
  package let spread: [Int]?
  package let queues: [Queue]
  package let queuesWithoutSocket: [Int]
  package let refusals: [String]
  package let warnings: [String]

  package struct Queue: Decodable {
    package let queue: Int
    package let bindMode: String?
    package let cpu: Int?
    package let multiBuffer: Bool?
    package let longestFrame: Int?
  }

  package init(json: String) throws { self = try decode(json) }
}

/// What `stats --format json` prints, and `attach --format json` at the end. Decoded here once more and
/// not with the library's own type: this is what other people's programs read.
package struct Statistics: Decodable {
  package let interface: String
  package let attachMode: String
  package let datapath: String
  package let reflect: String
  package let pid: Int
  package let uptimeS: Double
  package let seen: UInt64
  package let redirected: UInt64
  /// Absent without --spread.
  package let spread: UInt64?
  package let passed: [String: UInt64]
  package let dropped: [String: UInt64]
  package let rules: [String: UInt64]
  package let received: UInt64
  package let reflected: UInt64
  /// Absent in the kernel datapath.
  package let completed: UInt64?
  /// Absent where kernel or driver don't tell.
  package let refused: UInt64?
  package let overflowed: UInt64?
  package let cpus: [CPU]?
  package let queues: [Queue]
  /// Absent where no conversations are kept.
  package let alarms: Alarms?
  package let balanced: Bool

  package struct Alarms: Decodable {
    package let loops: UInt64
    package let storms: UInt64
    package let untracked: UInt64
  }

  package struct Queue: Decodable {
    package let queue: Int
    package let bindMode: String?
    package let cpu: Int?
    package let frames: Int?
    package let received: UInt64
    /// Absent with --spread.
    package let reflected: UInt64?
    package let completed: UInt64?
    package let rejected: [String: UInt64]?
    package let xsk: [String: UInt64]?
    package let wakeups: UInt64?
    package let batches: UInt64?
  }

  package struct CPU: Decodable {
    package let cpu: Int
    package let reflected: UInt64
    package let rejected: UInt64
  }

  package init(json: String) throws { self = try decode(json) }

  package var isKernel: Bool { datapath == "kernel" }
  /// What the program found to be test frames, on queues that reflect.
  package var matched: UInt64 { isKernel ? redirected + (spread ?? reflected) : redirected }

  /// The first account of DESIGN.md, added up here and not believed.
  package var outcomes: UInt64 { matched + passed.values.reduce(0, +) + dropped.values.reduce(0, +) }
}

func decode<Record: Decodable>(_ json: String) throws -> Record {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  do {
    return try decoder.decode(Record.self, from: Data(json.utf8))
  } catch {
    throw TestFailure("not what \(Record.self) should look like: \(json): \(error)")
  }
}
