import SystemPackage

/// How a turn ended, which decides what comes next. Trivial, so that returning it costs nothing.
package enum Turn: Sendable {
  /// Frames moved: take the next turn at once.
  case worked
  /// Nothing to do before frames arrive.
  case idle
  /// Nothing to do before frames arrive, or frames in flight are completed.
  case awaitingCompletions
  /// As before, and the kernel has used up the fill ring: where no chunk is left with the driver either, frames
  /// that arrive are dropped until completions are given back. And nothing tells of a completion.
  case starved
  /// The kernel doesn't take what is on the TX ring, and nothing else moved.
  case stuck
  /// The interface is not up. Nothing is lost; it may come back.
  case linkDown
  /// The interface is gone.
  case unbound
  /// A system call answered what no state stands for.
  case failed(call: StaticString, Errno)

  /// Whether frames moved.
  var moved: Bool {
    if case .worked = self { true } else { false }
  }
}
