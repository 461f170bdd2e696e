import FoundationEssentials

/// Everything that one run of the benchmark found out.
package struct Report: Encodable, Sendable {
  let machine: Machine
  /// Nil when only the rewriting was measured.
  let settings: LiveSuite.Settings?
  let rewrite: [RewriteSuite.Row]
  /// By window, then by subject, so that what is to be compared stands together.
  let live: [LiveRow]

  /// One JSON object: units in the names, snake_case, absent what can't be known.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Every frame of every case came back once and right.
  package var isFaultless: Bool { live.allSatisfy(\.isFaultless) }
}
