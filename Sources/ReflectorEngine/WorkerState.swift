import LinuxSystem

/// What a worker's thread is doing.
package enum WorkerState: Sendable, Hashable {
  /// The thread exists and hasn't taken its first turn.
  case starting
  case running
  /// The interface is not up, or its driver doesn't know the queue now. The worker tries ten times a second and goes
  /// on by itself.
  case linkDown
  /// Over: the interface is gone.
  case unbound
  /// Over: a system call failed in a way that no other state stands for.
  case failed(SystemCallError)
  /// Over, because it was asked to stop.
  case stopped

  /// Whether the thread has ended, or is about to.
  package var isOver: Bool {
    switch self {
    case .starting, .running, .linkDown: false
    case .unbound, .failed, .stopped: true
    }
  }
}
