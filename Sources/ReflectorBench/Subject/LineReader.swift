import Glibc
import LinuxSystem

/// Lines from a pipe, with an end to the patience.
///
/// A blocking read would wait for ever for a child that is stuck, and would see Ctrl+C only with the next
/// line. So it waits 50 ms at a time.
struct LineReader {
  private let descriptor: CInt
  private var bytes: [UInt8] = []

  /// - Parameter descriptor: stays the caller's.
  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  /// The next line without its end; nil at the end of the output, or when none comes in time.
  mutating func next(within milliseconds: Int) throws -> String? {
    let limit = MonotonicClock.nanoseconds + UInt64(milliseconds) * 1_000_000
    while true {
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        defer { bytes.removeSubrange(...end) }
        return String(decoding: bytes[..<end], as: UTF8.self)
      }
      try Interruption.check()
      guard MonotonicClock.nanoseconds < limit else { return nil }
      guard try isReadable() else { continue }
      if try readBlock() == 0 { return nil }
    }
  }

  private func isReadable() throws(SystemCallError) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return try checkRetrying("poll") { poll(&request, 1, 50) } > 0
  }

  private mutating func readBlock() throws(SystemCallError) -> Int {
    var block = [UInt8](repeating: 0, count: 4096)
    let count = try checkRetrying("read") { read(descriptor, &block, block.count) }
    bytes += block[..<count]
    return count
  }
}
