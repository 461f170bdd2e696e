import Foundation
import Testing

@testable import ReflectorLab

@Suite struct LabReportTests {
  private func row(_ protocol: LabProtocol, _ size: Int, lost: Int = 0, _ times: [Int64] = []) -> LabReport.Row {
    var row = LabReport.Row(protocol: `protocol`, size: size)
    row.counts.sent = 1000
    row.counts.lost = lost
    row.counts.returned = 1000 - lost
    row.roundTrips = RoundTrips(times)
    return row
  }

  private func report(
    _ rows: [LabReport.Row], ending: LabReport.Ending = .complete, corruption: Corruption? = nil
  ) -> LabReport {
    LabReport(
      cases: rows, planned: 4, ending: ending, elapsed: .milliseconds(1500), foreign: 0, returnedByQueue: [7, 8],
      firstCorruption: corruption, reflector: "native, copy")
  }

  @Test func protocolsAndTotalAddUp() {
    let report = report([row(.ipv4, 60, [1, 3]), row(.ipv4, 128, [2]), row(.ipv6, 74, lost: 5, [9])])
    #expect(report.protocols.map(\.protocol) == [.ipv4, .ipv6])
    #expect(report.protocols.map(\.counts.sent) == [2000, 1000])
    #expect(report.protocols[0].roundTrips == RoundTrips([1, 2, 3]))
    #expect(report.total.counts.lost == 5)
    #expect(report.total.roundTrips.summary == .init(min: 1, median: 2, p99: 9))
  }

  @Test func passesOnlyIfClean() {
    #expect(report([row(.ipv4, 60)]).passed)
    #expect(!report([row(.ipv4, 60, lost: 1)]).passed)
    #expect(!report([]).passed)
    for field in [\LabCounts.corrupted, \.doubled, \.late] {
      var row = row(.ipv4, 60)
      row.counts[keyPath: field] = 1
      #expect(!report([row]).passed)
    }
  }

  @Test func percentilesAreSamples() {
    #expect(RoundTrips().summary == nil)
    #expect(RoundTrips([5]).summary == .init(min: 5, median: 5, p99: 5))
    #expect(RoundTrips((1...100).reversed()).summary == .init(min: 1, median: 50, p99: 99))
    #expect(RoundTrips(1...1000).summary == .init(min: 1, median: 500, p99: 990))
  }

  @Test func theTableIsAligned() {
    let table = report([row(.ipv4, 60, [12_340, 20_000, 1_234_567]), row(.ipv6QinQ, 1522, lost: 3)]).table()
    #expect(
      table == """
                                                                       round trip, us
                             sent returned  lost corrupted doubled    min median    p99
        IPv4                 1000     1000     0         0       0   12.3   20.0 1234.6
        IPv6 QinQ            1000      997     3         0       0      -      -      -
        all                  2000     1997     3         0       0   12.3   20.0 1234.6

        reflector: native, copy
        by queue: 7, 8
        FAILED

        """)
    #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func theTableBySizeNamesTheSize() {
    let table = report([row(.ipv6QinQ, 1522)]).table(bySize: true)
    #expect(table.contains("IPv6 QinQ 1522 "))
    #expect(table.contains("\npassed\n"))
  }

  @Test func saysWhatElseThereIs() {
    var cut = row(.ipv4, 60)
    cut.counts.unanswered = 3
    let lane = LabCase(.ipv4, size: 60)
    let corruption = Corruption(lane: lane, sequence: 2, difference: .length(expected: 60, found: 59))
    let table = report([cut], ending: .interrupted, corruption: corruption).table()
    #expect(table.contains("first corrupted: IPv4 60 bytes, frame 2: 59 bytes long, expected 60\n"))
    #expect(table.contains("stopped: 1 of 4 cases begun, 3 frames still on their way\n"))
    #expect(table.hasSuffix("\nnothing wrong before it was stopped\n"))
    #expect(table.contains("by queue: 7, 8\n"))
    #expect(table.contains("reflector: native, copy\n"))
  }

  @Test func saysWhatCameTooLateAndFromOthers() {
    var late = row(.ipv4, 60)
    late.counts.late = 2
    let table = LabReport(
      cases: [late], planned: 4, ending: .outOfTime, elapsed: .seconds(1), foreign: 3, returnedByQueue: [],
      firstCorruption: nil, reflector: nil
    ).table()
    #expect(
      table.hasSuffix(
        """

        2 came back after they had been counted as lost
        3 frames of others arrived and were left out
        out of time: 1 of 4 cases begun
        FAILED

        """))
  }

  /// Each figure another one, so that one in another's place shows.
  @Test func jsonHasEachFigureUnderItsName() throws {
    var row = LabReport.Row(protocol: .ipv6QinQ, size: 82)
    (row.counts.sent, row.counts.returned, row.counts.corrupted, row.counts.lost) = (100, 60, 21, 12)
    (row.counts.doubled, row.counts.late, row.counts.unanswered) = (3, 4, 7)
    row.roundTrips = RoundTrips([10, 20, 30, 40, 50])
    let report = LabReport(
      cases: [row], planned: 9, ending: .outOfTime, elapsed: .nanoseconds(77), foreign: 5, returnedByQueue: [],
      firstCorruption: nil, reflector: nil)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
    #expect(json["planned_cases"] as? Int == 9 && json["foreign"] as? Int == 5 && json["elapsed_ns"] as? Int == 77)
    #expect(json["ending"] as? String == "out_of_time")
    var figures = [
      "sent": 100, "returned": 60, "corrupted": 21, "lost": 12, "doubled": 3, "late": 4, "unanswered": 7,
      "round_trip_samples": 5, "round_trip_min_ns": 10, "round_trip_median_ns": 30, "round_trip_p99_ns": 50,
    ]
    #expect((json["total"] as? [String: Int]) == figures)
    figures["size_bytes"] = 82
    let line = try #require((json["cases"] as? [[String: Any]])?.first)
    #expect(line.compactMapValues { $0 as? Int } == figures)
  }

  @Test func jsonHasItsNames() throws {
    let text = try report([row(.ipv4VLAN, 64, lost: 1, [1000, 2000]), row(.ipv6, 74)]).json()
    #expect(!text.contains("\n"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["passed"] as? Bool == false)
    #expect(json["ending"] as? String == "complete")
    #expect(json["elapsed_ns"] as? Int == 1_500_000_000)
    #expect(json["returned_by_queue"] as? [Int] == [7, 8])
    #expect(json["first_corrupted"] == nil)
    let cases = try #require(json["cases"] as? [[String: Any]])
    #expect(cases[0]["protocol"] as? String == "ipv4_vlan")
    #expect(cases[0]["size_bytes"] as? Int == 64)
    #expect(cases[0]["lost"] as? Int == 1)
    #expect(cases[0]["round_trip_min_ns"] as? Int == 1000)
    #expect(cases[0]["round_trip_p99_ns"] as? Int == 2000)
    #expect(cases[1]["round_trip_min_ns"] == nil)
  }
}
