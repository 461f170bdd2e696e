/// How long a worker with nothing to do looks on before it blocks. Pure: times in, verdicts out.
///
/// Blocking costs the next frame a wake-up, some microseconds of it; looking on costs the CPU. Which of the two
/// is the better bargain depends on when that frame comes, so the gap before tells:
///
/// - After a gap no longer than `limit` the worker looks on for `limit`.
/// - After each longer gap it looks on for half as long as before, and soon not at all: traffic too sparse for
///   the limit costs no more CPU than blocking at once does.
///
/// All times are in nanoseconds of one monotonic clock.
struct SpinWindow {
  /// A window shorter than this is over before the first look at the clock.
  private static let shortest: Int64 = 1_000

  /// 0: never looks on.
  private let limit: Int64
  private var length: Int64 = 0
  /// When the first turn without work was.
  private var idleSince: Int64?

  init(limit: Int64) {
    self.limit = limit
  }

  /// A turn moved nothing.
  ///
  /// - Returns: whether to take the next turn at once.
  mutating func isOpen(now: @autoclosure () -> Int64) -> Bool {
    guard limit > 0 else { return false }
    let now = now()
    guard let idleSince else {
      self.idleSince = now
      return length > 0
    }
    return now &- idleSince < length
  }

  /// A turn moved something. The clock is asked only if turns before it moved nothing.
  mutating func frameCame(now: @autoclosure () -> Int64) {
    guard let since = idleSince else { return }
    idleSince = nil
    let gap = now() &- since
    length = gap <= limit ? limit : length / 2
    if length < Self.shortest { length = 0 }
  }
}
