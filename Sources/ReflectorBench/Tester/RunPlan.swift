/// What one run does.
struct RunPlan: Sendable {
  /// Frames under way at most. A veth queue holds 256 and drops what comes then, so: under 200.
  let window: Int
  /// Nanoseconds that are measured, after the warm-up.
  let duration: UInt64
  /// Of each run 50 ms aren't looked at: caches, branch predictors and an idle worker wake up.
  let warmUp: UInt64 = 50_000_000

  /// With one frame under way each program run is flushed at once, as otherwise the frame would wait for
  /// the rest of a batch that has nothing to send.
  var batch: Int { min(window, 64) }
  /// The clock costs some 25 ns a read: with many frames under way, one in 64 is timed.
  var timeMask: UInt32 { window == 1 ? 0 : 63 }
}
