import LinuxSystem

/// What a map costs.
package enum MapMemory {
  /// Bytes of the kernel's memory, as it accounts them (`memlock` in /proc/self/fdinfo); nil where it doesn't tell.
  package static func bytes(of descriptor: CInt?) -> UInt64? {
    guard let descriptor, let text = try? TextFile.read("/proc/self/fdinfo/\(descriptor)") else { return nil }
    return bytes(in: text)
  }

  static func bytes(in text: String) -> UInt64? {
    let line = text.split(separator: "\n").first { $0.hasPrefix("memlock:") }
    return line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0) }
  }
}
