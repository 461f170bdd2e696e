import FoundationEssentials

extension LabReport {
  /// One line of JSON. Frames where the name has no unit; what isn't known is absent.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
  }

  /// The names are written out: they are a promise to other programs, not a spelling of ours.
  private struct Document: Encodable {
    let passed: Bool
    let ending: Ending
    let elapsed_ns: Int64
    let reflector: String?
    let planned_cases: Int
    let foreign: Int
    let first_corrupted: String?
    let returned_by_queue: [Int]?
    let total: Line
    let cases: [Line]

    init(_ report: LabReport) {
      passed = report.passed
      ending = report.ending
      elapsed_ns = report.elapsed.nanoseconds
      reflector = report.reflector
      planned_cases = report.planned
      foreign = report.foreign
      first_corrupted = report.firstCorruption?.description
      returned_by_queue = report.returnedByQueue.isEmpty ? nil : report.returnedByQueue
      total = Line(report.total)
      cases = report.cases.map(Line.init)
    }
  }

  private struct Line: Encodable {
    let `protocol`: LabProtocol?
    let size_bytes: Int?
    let sent, returned, lost, corrupted, doubled, late, unanswered: Int
    let round_trip_samples: Int
    let round_trip_min_ns, round_trip_median_ns, round_trip_p99_ns: Int64?

    init(_ row: Row) {
      `protocol` = row.protocol
      size_bytes = row.size
      sent = row.counts.sent
      returned = row.counts.returned
      lost = row.counts.lost
      corrupted = row.counts.corrupted
      doubled = row.counts.doubled
      late = row.counts.late
      unanswered = row.counts.unanswered
      round_trip_samples = row.roundTrips.count
      let summary = row.roundTrips.summary
      round_trip_min_ns = summary?.min
      round_trip_median_ns = summary?.median
      round_trip_p99_ns = summary?.p99
    }
  }
}
