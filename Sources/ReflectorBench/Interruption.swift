import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP ask; whoever measures looks, and unwinds through the owners of what it made.
enum Interruption {
  /// A handler may touch nothing but this.
  private static let requested = Atomic<Bool>(false)

  /// Before anything is made that would have to be undone.
  static func install() {
    requested.store(false, ordering: .relaxed)  // Made now, not in the handler.
    signal(SIGINT) { _ in Interruption.requested.store(true, ordering: .relaxed) }
    signal(SIGTERM) { _ in Interruption.requested.store(true, ordering: .relaxed) }
    signal(SIGHUP) { _ in Interruption.requested.store(true, ordering: .relaxed) }
    // A child that died is told by its output's end.
    signal(SIGPIPE, SIG_IGN)
  }

  static func check() throws(BenchError) {
    if requested.load(ordering: .relaxed) { throw .interrupted }
  }
}
