import Glibc
import LinuxSystem
import SystemPackage

/// An exclusive `flock` on a folder, held for as long as its descriptor is open: the kernel lets it go when the process
/// ends, however it ends.
enum FolderLock {
  /// How long to wait at most for a folder that others make and remove.
  private static let patience: UInt64 = 5_000_000_000

  /// The lock of a folder that is made where it is missing; waited for: others hold it for as long as it takes to look
  /// around.
  static func making(_ path: String) throws(SystemCallError) -> OwnedDescriptor {
    // The last one to leave removes the folder, under the feet of whoever waits for it. Each time that this
    // happens somebody else had a turn, so trying again is bound to succeed, if not soon: with four owners
    // that do nothing but come and go, a hundred tries were sometimes too few. A path at which a folder
    // neither is nor can be made (a link that leads nowhere) ends with the time.
    let deadline = MonotonicClock.nanoseconds + patience
    repeat {
      try make(path)
      if let turn = try take(path, LOCK_EX) { return turn }
    } while MonotonicClock.nanoseconds < deadline
    throw SystemCallError("open \(path)", .noSuchFileOrDirectory)
  }

  static func make(_ path: String) throws(SystemCallError) {
    do throws(SystemCallError) {
      try check("mkdir \(path)") { mkdir(path, 0o700) }
    } catch  where error.errno == .fileExists {
    }
  }

  /// - Parameter operation: LOCK_EX, with LOCK_NB for `flock` with `EWOULDBLOCK` where somebody else has it.
  /// - Returns: nil if the folder isn't there, or was removed or replaced between its opening and its locking: its last
  ///   owner was just leaving.
  static func take(_ path: String, _ operation: CInt) throws(SystemCallError) -> OwnedDescriptor? {
    let descriptor: CInt
    do throws(SystemCallError) {
      descriptor = try check("open \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    } catch  where error.errno == .noSuchFileOrDirectory {
      return nil
    }
    let folder = OwnedDescriptor(descriptor)
    try checkRetrying("flock \(path)") { flock(folder.rawValue, operation) }
    var locked = stat()
    var named = stat()
    guard fstat(folder.rawValue, &locked) == 0, stat(path, &named) == 0, locked.st_ino == named.st_ino else {
      return nil
    }
    return folder
  }
}
