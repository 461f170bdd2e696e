/// Notices that busy polling sends nothing: frames are in flight, and none comes back. Pure: counters in, verdict out.
///
/// In zero-copy a busy-polling socket's kicks poll the NAPI instance that its frames come through, and don't wake the
/// driver. That is no use where the driver sends from another instance (igb with up to half of its queues), or made
/// its instances anew since (`ethtool -L`).
struct PollingWatch {
  private static let patience: Int64 = 100_000_000

  private var isWatching: Bool
  private var completed: UInt64 = 0
  private var since: Int64?

  /// - Parameter isPolling: busy polling, in zero-copy.
  init(isPolling: Bool) {
    isWatching = isPolling
  }

  /// - Parameter now: in nanoseconds; asked only while frames are in flight and a turn moved none.
  /// - Returns: true once, when nothing came back for 100 ms.
  mutating func sendsNothing(after turn: Turn, _ tally: borrowing WorkerTally, now: () -> Int64) -> Bool {
    guard isWatching else { return false }
    guard tally.inFlight > 0, tally.completed == completed else {
      completed = tally.completed
      since = nil
      return false
    }
    if case .worked = turn { return false }
    let now = now()
    let start = since ?? now
    since = start
    guard now - start >= Self.patience else { return false }
    isWatching = false
    return true
  }
}
