import Testing

@testable import ReflectorEngine

struct PollingWatchTests {
  /// What the watch says of turns at these moments, in milliseconds, with so many of five frames completed.
  private static func verdicts(
    _ turns: [(milliseconds: Int64, Turn, completed: UInt64)], isPolling: Bool = true
  ) -> [Bool] {
    var watch = PollingWatch(isPolling: isPolling)
    return turns.map { milliseconds, turn, completed in
      var tally = WorkerTally()
      (tally.reflected, tally.completed) = (5, completed)
      return watch.sendsNothing(after: turn, tally, now: { milliseconds * 1_000_000 })
    }
  }

  @Test func framesThatDoNotComeBackAreNoticedOnce() {
    let turns: [(Int64, Turn, UInt64)] = [
      (1, .awaitingCompletions, 0), (100, .starved, 0), (101, .awaitingCompletions, 0), (900, .awaitingCompletions, 0),
    ]
    #expect(Self.verdicts(turns) == [false, false, true, false])
  }

  @Test func framesThatArriveMeanwhileDoNotHideIt() {
    let turns: [(Int64, Turn, UInt64)] = [
      (1, .awaitingCompletions, 0), (60, .worked, 0), (150, .worked, 0), (160, .awaitingCompletions, 0),
    ]
    #expect(Self.verdicts(turns) == [false, false, false, true])
  }

  @Test func whatComesBackStartsThePatienceAnew() {
    let turns: [(Int64, Turn, UInt64)] = [
      (0, .awaitingCompletions, 0), (90, .worked, 1), (110, .awaitingCompletions, 1), (200, .awaitingCompletions, 1),
    ]
    #expect(Self.verdicts(turns) == [false, false, false, false])
  }

  @Test func withNothingInFlightThereIsNothingToWaitFor() {
    #expect(Self.verdicts([(0, .idle, 5), (200, .idle, 5), (400, .idle, 5)]) == [false, false, false])
  }

  @Test func whoDoesNotPollIsNotWatched() {
    let turns: [(Int64, Turn, UInt64)] = [(0, .awaitingCompletions, 0), (200, .awaitingCompletions, 0)]
    #expect(Self.verdicts(turns, isPolling: false) == [false, false])
  }
}
