/// How long a worker rests when a turn moved nothing, and what it looks at meanwhile. Pure: turns and times
/// in, rests out.
///
/// Invariants:
/// - A worker whose frames come close together looks on for a while before it rests (``SpinWindow``).
/// - Every rest is bounded, so a link that comes back and a device that goes away are noticed.
/// - What nothing tells of is looked for at least every 8 ms while frames are dropped, or wait, for want of it.
/// - What is rested for again and again without success is rested for longer each time: no state keeps
///   a core busy, but for busy polling, which is meant to.
/// - While the TX ring holds frames in copy mode, the socket isn't polled. `poll` would send them as
///   well, but wouldn't say that the device refused one.
struct IdlePolicy {
  struct Rest: Equatable {
    /// Whether frames that arrive end the rest.
    let looksForFrames: Bool
    let milliseconds: Int32
  }

  private static let idleMilliseconds: Int32 = 500
  private static let linkDownMilliseconds: Int32 = 100
  private static let probedMilliseconds: Int32 = 64
  private static let longestStuckMilliseconds: Int32 = 8

  /// Takes turn after turn, whatever they move.
  private let neverRests: Bool
  private var window: SpinWindow
  /// Length of the next rest that waits for the kernel to give something back.
  private var patience: Int32 = 1
  /// Whether the next turn kicks though it has nothing to send: after a rest so long that the kick costs
  /// nothing beside it. With the interface down or gone `poll` is silent, only a kick tells.
  private(set) var probesNext = false

  /// - Parameter spinLimit: nanoseconds that a worker looks on at most before it rests; 0: not at all,
  ///   `Int64.max`: for ever.
  init(spinLimit: Int64) {
    neverRests = spinLimit == .max
    window = SpinWindow(limit: spinLimit)
  }

  /// - Parameter now: in nanoseconds; asked only around turns that moved nothing.
  /// - Returns: `nil`: take the next turn at once.
  mutating func rest(after turn: Turn, now: @autoclosure () -> Int64) -> Rest? {
    let rest = choose(after: turn, now: now())
    probesNext = rest.map { $0.milliseconds >= Self.probedMilliseconds } ?? false
    // Starved, no rest is long, and there is nothing to send that would tell.
    if case .starved = turn, rest != nil { probesNext = true }
    return rest
  }

  /// The rest ended early, because there is something to receive.
  mutating func framesArrived() {
    probesNext = false
  }

  private mutating func choose(after turn: Turn, now: @autoclosure () -> Int64) -> Rest? {
    switch turn {
    case .worked:
      window.frameCame(now: now())
      patience = 1
      return nil
    case .linkDown, .unbound, .failed:
      return Rest(looksForFrames: false, milliseconds: Self.linkDownMilliseconds)
    case .idle where neverRests, .awaitingCompletions where neverRests, .starved where neverRests,
      .stuck where neverRests:
      return nil
    case .idle where window.isOpen(now: now()), .awaitingCompletions where window.isOpen(now: now()):
      return nil
    case .idle:
      patience = 1
      return Rest(looksForFrames: true, milliseconds: Self.idleMilliseconds)
    case .awaitingCompletions:
      return Rest(looksForFrames: true, milliseconds: grow(to: Self.idleMilliseconds))
    case .starved:
      return Rest(looksForFrames: true, milliseconds: grow(to: Self.longestStuckMilliseconds))
    case .stuck:
      return Rest(looksForFrames: false, milliseconds: grow(to: Self.longestStuckMilliseconds))
    }
  }

  private mutating func grow(to longest: Int32) -> Int32 {
    let milliseconds = min(patience, longest)
    patience = milliseconds * 2
    return milliseconds
  }
}
