import Glibc
import LinuxSystem
import SystemPackage
import XDPControl

/// What the verifier said the last time that it refused the program: a file, so that it can still be read when the
/// terminal is gone. A program that is taken removes it.
package struct VerifierLog: Sendable {
  package static let defaultPath = "/run/reflector-xdp/verifier.log"
  /// Bytes. The end of a log says what is wrong.
  private static let limit = 64 << 10

  private let path: String

  package init(path: String = VerifierLog.defaultPath) {
    self.path = path
  }

  /// The last refusal.
  package struct Refusal: Hashable, Sendable {
    package let path: String
    /// The line of the log that names the cause.
    package let verdict: String
    package let secondsAgo: Int

    package init(path: String, verdict: String, secondsAgo: Int) {
      self.path = path
      self.verdict = verdict
      self.secondsAgo = secondsAgo
    }
  }

  /// Keeps the lines, in place of former ones. For everybody to read; a missing folder is made.
  package func write(_ lines: [String]) throws(SystemCallError) {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    if mkdir("/" + folder, 0o755) != 0, Errno.current != .fileExists {
      throw SystemCallError("mkdir /\(folder)", .current)
    }
    // A file of its own each time: whoever reads the former one reads it whole.
    _ = unlink(path)
    let file = OwnedDescriptor(
      try checkRetrying("open \(path)") { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) })
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8.suffix(Self.limit))
    var done = 0
    while done < bytes.count {
      done += try checkRetrying("write \(path)") {
        bytes[done...].withUnsafeBytes { Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
      }
    }
  }

  package func remove() {
    _ = unlink(path)
  }

  /// Absent when the last load was taken, or there was none since the host started.
  package func read() -> Reading<Refusal> {
    do throws(SystemCallError) {
      let text = try TextFile.read(path, limit: Self.limit)
      return .value(Refusal(path: path, verdict: Self.verdict(text), secondsAgo: age()))
    } catch {
      return error.errno == .noSuchFileOrDirectory ? .absent : .unknown("\(error)")
    }
  }

  /// The last line before the verifier's own figures.
  static func verdict(_ log: String) -> String {
    let lines = log.split(separator: "\n").map { String($0) }
    let last = lines.last { line in
      !line.isEmpty
        && !["processed ", "-- ", "libbpf: ", "verification time", "stack depth"].contains { line.hasPrefix($0) }
    }
    return last ?? lines.last ?? "no words"
  }

  private func age() -> Int {
    var information = stat()
    guard stat(path, &information) == 0 else { return 0 }
    return max(0, time(nil) - information.st_mtim.tv_sec)
  }
}
