import LinuxSystem

/// The part of a run that counts, by its two ends.
struct MeasuredPart: Sendable {
  /// What is read together while frames flow: between the reads pass some microseconds, against hundreds of
  /// milliseconds between two moments.
  struct Moment: Sendable {
    let time: UInt64
    let frames: UInt64
    let sent: UInt64
    let cpu: CPUTimes?

    init(_ maps: borrowing TesterMaps, _ meter: CPUMeter) throws(SystemCallError) {
      time = MonotonicClock.nanoseconds
      frames = maps.returned
      sent = maps.sent
      cpu = try meter.read()
    }
  }

  let begin: Moment
  let end: Moment

  /// Reads the accounts, which nobody changes any more.
  func finish(_ maps: borrowing TesterMaps) -> RunResult {
    let cpu: CPUTimes? =
      if let before = begin.cpu, let after = end.cpu { after - before } else { nil }
    return RunResult(
      elapsed: end.time - begin.time, frames: end.frames - begin.frames, framesSent: end.sent - begin.sent, cpu: cpu,
      sent: maps.sent, returned: maps.returned, corrupted: maps.corrupted, stale: maps.stale, roundTrips: maps.trips())
  }
}
