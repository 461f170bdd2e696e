import Glibc
import SystemPackage

/// The small text files of procfs and sysfs: a value a file, read and written whole.
package enum TextFile {
  /// What procfs and sysfs hand over this way is a page at most.
  package static let capacity = 16_384

  /// The file's text as it is, with its line end. A relative `path` starts at the open `directory`.
  ///
  /// Errors name the file; bytes that aren't UTF-8 come out as U+FFFD.
  ///
  /// - Parameter limit: a file with more bytes is refused with EFBIG. Half of it would be another text.
  package static func read(
    _ path: String, in directory: CInt = AT_FDCWD, limit: Int = capacity
  ) throws(SystemCallError) -> String {
    let file = OwnedDescriptor(
      try checkRetrying("open \(path)") { openat(directory, path, O_RDONLY | O_CLOEXEC) })
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    // procfs hands over at most a page a call, so only an empty answer is the end.
    while true {
      let count = try checkRetrying("read \(path)") {
        block.withUnsafeMutableBytes { Glibc.read(file.rawValue, $0.baseAddress, $0.count) }
      }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += block[..<count]
      if bytes.count > limit { throw SystemCallError("read \(path)", .fileTooLarge) }
    }
  }

  /// Writes the text in one call, which is what makes it one value for sysfs.
  ///
  /// The kernel's refusal of a value comes as the errno of `write`: EINVAL, ERANGE, EPERM.
  package static func write(
    _ text: String, to path: String, in directory: CInt = AT_FDCWD
  ) throws(SystemCallError) {
    let file = OwnedDescriptor(
      try checkRetrying("open \(path)") { openat(directory, path, O_WRONLY | O_CLOEXEC) })
    let bytes = Array(text.utf8)
    let count = try checkRetrying("write \(path)") { Glibc.write(file.rawValue, bytes, bytes.count) }
    // A value that went in half is another value.
    if count != bytes.count { throw SystemCallError("write \(path)", .ioError) }
  }
}
