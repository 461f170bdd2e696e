import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// Whoever changes what a reflector is told takes turns with the others: commands, the supervisor, a file that is read
/// again.
///
/// Between processes, and threads of one, it is the lock of the folder above the pins, which those who attach and
/// leave take, too. Maps without pins are one process' own.
package final class PolicyLock: Sendable {
  private let base: String?
  private let own = Mutex<Void>(())

  /// How long others are waited for: a change takes milliseconds, that of the longest lists half a second.
  package static let patience: UInt64 = 5_000_000_000
  private static let pauseMicroseconds: UInt32 = 5_000

  /// - Parameter base: the folder above the pins; nil for maps that aren't pinned.
  package init(base: String?) { self.base = base }

  /// Runs `body` while nobody else has the turn.
  ///
  /// - Parameter patience: nanoseconds; 0 to look once.
  /// - Throws: ``PolicyError/busy`` where somebody else has it for all of this time, and what `body` throws.
  package func withTurn<Result>(
    patience: UInt64 = PolicyLock.patience, _ body: () throws(PolicyError) -> Result
  ) throws(PolicyError) -> Result {
    let deadline = MonotonicClock.nanoseconds &+ patience
    guard let base else {
      while true {
        if let result = try own.withLockIfAvailable({ _ throws(PolicyError) in try body() }) { return result }
        try Self.wait(until: deadline)
      }
    }
    let folder = try Self.take(base, until: deadline)
    let result = try body()
    _ = consume folder
    return result
  }

  private static func take(_ base: String, until deadline: UInt64) throws(PolicyError) -> OwnedDescriptor {
    while true {
      do throws(SystemCallError) {
        guard let folder = try FolderLock.take(base, LOCK_EX | LOCK_NB) else {
          throw SystemCallError("open \(base)", .noSuchFileOrDirectory)
        }
        return folder
      } catch {
        guard error.errno == .wouldBlock else { throw .system(error) }
      }
      try wait(until: deadline)
    }
  }

  private static func wait(until deadline: UInt64) throws(PolicyError) {
    guard MonotonicClock.nanoseconds < deadline else { throw .busy }
    usleep(pauseMicroseconds)
  }
}
