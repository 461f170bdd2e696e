/// What became of the frames that were sent. `sent = returned + corrupted + lost + unanswered`;
/// `doubled` and `late` count further copies, which no frame was sent for.
package struct LabCounts: Hashable, Sendable {
  package var sent = 0
  /// Came back within the time-out, every byte as it must be.
  package var returned = 0
  /// Came back with other bytes, or with another length.
  package var corrupted = 0
  /// Weren't back when their time was up.
  package var lost = 0
  /// Came back a second time.
  package var doubled = 0
  /// Came back after they had been counted as lost.
  package var late = 0
  /// Were on their way when the run was stopped.
  package var unanswered = 0

  package init() {}

  package var isClean: Bool { lost == 0 && corrupted == 0 && doubled == 0 }
  package var balances: Bool { sent == returned + corrupted + lost + unanswered }

  package static func += (sum: inout LabCounts, one: LabCounts) {
    sum.sent += one.sent
    sum.returned += one.returned
    sum.corrupted += one.corrupted
    sum.lost += one.lost
    sum.doubled += one.doubled
    sum.late += one.late
    sum.unanswered += one.unanswered
  }
}
