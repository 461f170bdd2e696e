import Glibc
import SystemPackage

/// A directory of the kernel's small text files, one value each, by paths relative to it.
///
/// Tests hand in a directory of plain files instead: nothing here asks what kind of file system it is.
package struct FileTree: ~Copyable, Sendable {
  private let root: OwnedDescriptor

  package init(_ root: consuming OwnedDescriptor) {
    self.root = root
  }

  package init(at path: String) throws(SystemCallError) {
    root = try Self.open(path, in: AT_FDCWD)
  }

  private static func open(_ path: String, in directory: CInt) throws(SystemCallError) -> OwnedDescriptor {
    OwnedDescriptor(
      try checkRetrying("open \(path)") { openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
  }

  /// The tree below a directory of this one.
  package func directory(_ path: String) throws(SystemCallError) -> FileTree {
    FileTree(try Self.open(path, in: root.rawValue))
  }

  /// A file's value without its line end; nil when there is no such file. Other failures are errors: a value that
  /// may not be read isn't an absent one.
  package func value(_ path: String, limit: Int = TextFile.capacity) throws(SystemCallError) -> String? {
    do {
      let text = try TextFile.read(path, in: root.rawValue, limit: limit)
      return text.last == "\n" ? String(text.dropLast()) : text
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .notDirectory: return nil
      default: throw error
      }
    }
  }

  /// The numbers of a list such as `0-3,8`; nil when there is no such file. An empty file is an empty list.
  package func list(_ path: String) throws(SystemCallError) -> [Int]? {
    guard let text = try value(path) else { return nil }
    guard !text.isEmpty else { return [] }
    do {
      return try IndexList(text, of: "number").indices
    } catch {
      throw SystemCallError("read \(path)", .illegalByteSequence)
    }
  }

  /// Sets a file's value, in one call. The kernel's refusal of a value comes as the errno of `write`.
  package func write(_ path: String, _ value: String) throws(SystemCallError) {
    try TextFile.write(value, to: path, in: root.rawValue)
  }

  /// The names in a directory, in no order, without `.` and `..`; nil when there is no such directory.
  package func names(in path: String) throws(SystemCallError) -> [String]? {
    let directory: OwnedDescriptor
    do {
      directory = try Self.open(path, in: root.rawValue)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .notDirectory: return nil
      default: throw error
      }
    }
    // The listing takes the descriptor over, and closes it.
    guard let listing = fdopendir(directory.release()) else { throw SystemCallError("fdopendir \(path)", .current) }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
