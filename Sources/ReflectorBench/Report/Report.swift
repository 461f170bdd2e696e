import FoundationEssentials

/// Everything that one run of the benchmark found out.
package struct Report: Encodable, Sendable {
  var machine: Machine
  let settings: BenchSettings
  var leftOut: [LeftOut] = []
  /// By suite, then by what it varies, then by subject, so that what is to be compared stands together.
  var live: [LiveRow] = []
  var lossless: [LosslessRow] = []
  var start: [StartRow] = []
  var idle: [IdleRow] = []
  /// What `--check` asked for; absent without.
  package var checks: [CheckResult]?

  init(machine: Machine, settings: BenchSettings) {
    self.machine = machine
    self.settings = settings
  }

  /// One JSON object: units in the names, snake_case, absent what can't be known.
  package func json() throws(BenchError) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw BenchError(
        "write the report as JSON", why: "\(error)", remedy: "a fault of ours: please report it", status: 70)
    }
  }

  /// Every frame of every case came back once and right.
  package var isFaultless: Bool { live.allSatisfy(\.isFaultless) && lossless.allSatisfy { $0.heldCorrupted ?? 0 == 0 } }
}

/// How it was measured; a part of the report.
struct BenchSettings: Encodable, Sendable {
  var rounds: Int
  var secondsPerRun: Double
  var holdSeconds: Double
  /// Nil when only the rewriting was measured.
  var generatorCpu: Int?
  var reflectorCpu: Int?
}
