/// What a lab run found out.
package struct LabReport: Hashable, Sendable {
  /// How the run came to its end.
  package enum Ending: String, Codable, Sendable {
    case complete
    /// The stop flag was raised.
    case interrupted
    /// The configuration's longest time was up.
    case outOfTime = "out_of_time"
  }

  /// One case, or one protocol, or all.
  package struct Row: Hashable, Sendable {
    package let `protocol`: LabProtocol?
    /// Bytes without FCS; nil where the row stands for several sizes.
    package let size: Int?
    package var counts = LabCounts()
    package var roundTrips = RoundTrips()

    package init(`protocol`: LabProtocol?, size: Int?) {
      self.protocol = `protocol`
      self.size = size
    }

    mutating func add(_ other: Row) {
      counts += other.counts
      roundTrips = roundTrips.merging(other.roundTrips)
    }
  }

  /// The cases that were begun, in the order in which they ran.
  package let cases: [Row]
  /// Cases of the plan, begun or not.
  package let planned: Int
  package let ending: Ending
  package let elapsed: Duration
  /// Frames that belong to none of those sent, the host's own for example.
  package let foreign: Int
  /// Frames back at the tester by the queue they came from; empty where the kernel doesn't tell.
  package let returnedByQueue: [Int]
  package let firstCorruption: Corruption?
  /// How the reflector came to run, in its own words: `native, zero-copy`. Absent if it doesn't say.
  package let reflector: String?

  /// The cases of each protocol taken together, in the plan's order.
  package var protocols: [Row] {
    var rows: [Row] = []
    for one in cases {
      if rows.last?.protocol != one.protocol { rows.append(Row(protocol: one.protocol, size: nil)) }
      rows[rows.count - 1].add(one)
    }
    return rows
  }

  package var total: Row {
    cases.reduce(into: Row(protocol: nil, size: nil)) { $0.add($1) }
  }

  /// Frames came back, and none was lost, corrupted or doubled. A run that was cut short can pass: it
  /// speaks only of what was sent.
  package var passed: Bool {
    let counts = total.counts
    return counts.returned > 0 && counts.isClean && counts.late == 0
  }
}
