/// What came of one run.
///
/// Rates and CPU times are of its measured part, whose ends were looked at while frames were flowing.
/// Accounts are of all of it, after the last frame came home: only then can a frame be called lost.
struct RunResult: Sendable {
  /// The measured part: from a moment after the warm-up to one before the end.
  let elapsed: UInt64
  /// Frames that were sent, and that came back, in that part.
  var frames: UInt64
  var framesSent: UInt64 = 0
  /// CPU time spent in that part; nil for what has no threads of its own.
  let cpu: CPUTimes?
  /// The whole run, after everything came back or 200 ms passed in which nothing did.
  let sent: UInt64
  let returned: UInt64
  let corrupted: UInt64
  let stale: UInt64
  let roundTrips: RoundTrips?

  /// Negative when more came back than was sent: a frame was reflected twice.
  var lost: Int64 { Int64(sent) - Int64(returned) }
  var framesPerSecond: Double { Double(frames) * 1e9 / Double(elapsed) }
  var sentPerSecond: Double { Double(framesSent) * 1e9 / Double(elapsed) }

  /// Of a time in the measured part.
  func perFrame(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / Double(max(frames, 1)) }
}
