/// What one run does.
struct RunPlan: Sendable {
  let load: Load
  /// Nanoseconds that are measured, after the warm-up.
  let duration: UInt64
  /// Of each run 50 ms aren't looked at: caches, branch predictors and an idle worker wake up.
  var warmUp: UInt64 = 50_000_000

  init(_ load: Load, seconds: Double) {
    self.load = load
    duration = UInt64(seconds * 1e9)
  }

  /// Runs of the program between two flushes of what it sent. A frame leaves at the flush, so with one frame under way
  /// each is flushed at once; by the clock, after a few, most of which have nothing to send.
  var batch: Int { load.isPaced ? 16 : min(load.window, 64) }
  /// The clock costs some 25 ns a read: with many frames under way, one in 64 is timed.
  var timeMask: UInt32 { load.window == 1 || (1...Self.slow).contains(load.rate) ? 0 : 63 }
  /// Frames a second up to which every frame can be timed.
  static let slow = 200_000
  /// Frames that are sent late one behind the other, at most, when the generator was kept from its CPU.
  static let burst: UInt32 = 32
}
