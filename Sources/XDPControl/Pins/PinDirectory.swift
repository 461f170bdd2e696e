import CBPF
import Glibc
import LinuxSystem
import SystemPackage

/// The folder with the pins of one attached reflector, owned by the process that reflects.
///
/// Ownership is an exclusive `flock` on the folder, which the kernel lets go when the process ends,
/// however it ends. So a folder without a lock belongs to the dead: its pins are replaced, never believed.
/// At the end of this owner's life the pins and the folder are removed.
///
/// Making, taking and removing folders happens under the lock of the folder above, one process after the
/// other. A folder is locked a moment after it was made; whoever looked for the dead just then would take it
/// for one of theirs, and its owner would hear that somebody else has it.
///
/// The folder above may be anybody's, `/sys/fs/bpf` too. So nothing is removed but maps by our names, and no
/// folder but one that holds a reflector's maps and nothing else.
package struct PinDirectory: ~Copyable {
  package let path: String
  private let base: String
  private let lock: OwnedDescriptor

  /// Takes the folder, making it where it is missing and emptying it where somebody died in it. Folders
  /// of other dead reflectors below `base` are removed on the way.
  ///
  /// - Throws: `flock` with `EWOULDBLOCK` when a living process owns it.
  package init(base: String, name: PinName) throws(SystemCallError) {
    let path = base + "/" + name.description
    let turn = try Self.takeTurn(base)
    Self.sweep(base, except: name.description)
    try Self.makeFolder(path)
    guard let lock = try Self.lockFolder(path, LOCK_EX | LOCK_NB) else {
      throw SystemCallError("open \(path)", .noSuchFileOrDirectory)
    }
    Self.empty(path)
    self.base = base
    self.path = path
    self.lock = lock
    _ = consume turn
  }

  deinit {
    // Nil when somebody removed it by hand: then there is nothing to take turns for.
    let turn = try? Self.lockFolder(base, LOCK_EX)
    Self.empty(path)
    _ = rmdir(path)
    _ = rmdir(base)  // Only when it was the last: a folder with others in it refuses.
    _ = consume turn
  }

  /// Pins all maps. `session` comes last: who finds it finds the others too.
  package borrowing func pin(_ object: borrowing ReflectorObject) throws(SystemCallError) {
    for name in MapName.allCases.filter({ $0 != .session }) + [.session] {
      let descriptor = try object.descriptor(ofMap: name.rawValue)
      try check("bpf BPF_OBJ_PIN \(path)/\(name.rawValue)") { bpf_obj_pin(descriptor, path + "/" + name.rawValue) }
    }
  }

  private static func makeFolder(_ path: String) throws(SystemCallError) {
    do throws(SystemCallError) {
      try check("mkdir \(path)") { mkdir(path, 0o700) }
    } catch  where error.errno == .fileExists {
    }
  }

  /// The lock of the folder above, waited for: others hold it for as long as it takes to look around.
  private static func takeTurn(_ base: String) throws(SystemCallError) -> OwnedDescriptor {
    // The last one to leave removes the folder, under the feet of whoever waits for it. Each time that this
    // happens somebody else had a turn, so trying again is bound to succeed, if not soon: with four owners
    // that do nothing but come and go, a hundred tries were sometimes too few. A path at which a folder
    // neither is nor can be made (a link that leads nowhere) ends with the time.
    let deadline = MonotonicClock.nanoseconds + 5_000_000_000
    repeat {
      try makeFolder(base)
      if let turn = try lockFolder(base, LOCK_EX) { return turn }
    } while MonotonicClock.nanoseconds < deadline
    throw SystemCallError("open \(base)", .noSuchFileOrDirectory)
  }

  /// Nil if the folder isn't there, or was removed or replaced between its opening and its locking: its last
  /// owner was just leaving.
  private static func lockFolder(_ path: String, _ operation: CInt) throws(SystemCallError) -> OwnedDescriptor? {
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

  /// Takes our maps out of a folder, and leaves what else is there.
  private static func empty(_ path: String) {
    for name in MapName.allCases { _ = unlink(path + "/" + name.rawValue) }
  }

  private static func sweep(_ base: String, except own: String) {
    for name in entries(of: base) where name != own {
      let path = base + "/" + name
      guard let folder = try? lockFolder(path, LOCK_EX | LOCK_NB), isReflectors(path) else { continue }
      empty(path)
      _ = rmdir(path)
      _ = consume folder
    }
  }

  /// Whether the folder has a reflector's maps, or the first of them, and nothing else.
  private static func isReflectors(_ path: String) -> Bool {
    let names = entries(of: path)
    return names.contains(MapName.config.rawValue) && names.allSatisfy { MapName(rawValue: $0) != nil }
  }

  /// Whether the folder above a path is there.
  package static func parentExists(_ path: String) -> Bool {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    return access("/" + parent, F_OK) == 0
  }

  /// The names in a folder, sorted; none if it can't be read.
  package static func entries(of path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
