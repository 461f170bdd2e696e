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
    let turn = try FolderLock.making(base)
    Self.sweep(base, except: name.description)
    try FolderLock.make(path)
    guard let lock = try FolderLock.take(path, LOCK_EX | LOCK_NB) else {
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
    let turn = try? FolderLock.take(base, LOCK_EX)
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

  /// Takes our maps out of a folder, and leaves what else is there.
  private static func empty(_ path: String) {
    for name in MapName.allCases { _ = unlink(path + "/" + name.rawValue) }
  }

  private static func sweep(_ base: String, except own: String) {
    for name in entries(of: base) where name != own {
      let path = base + "/" + name
      guard let folder = try? FolderLock.take(path, LOCK_EX | LOCK_NB), isReflectors(path) else { continue }
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
