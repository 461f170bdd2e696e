import Foundation

/// Everything that one run of the benchmark found out.
struct Report: Encodable, Sendable {
  let machine: Machine
  /// Nil when only the rewriting was measured.
  let settings: LiveSuite.Settings?
  let rewrite: [RewriteSuite.Row]
  /// By window, then by subject, so that what is to be compared stands together.
  let live: [LiveRow]

  /// One JSON object: units in the names, snake_case, absent what can't be known.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
