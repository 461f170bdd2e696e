import CBPF
import CLinux
import Glibc
import Synchronization

/// libbpf's messages, kept off the operator's terminal.
///
/// libbpf prints to stderr unless it is given a function of one's own. Ours keeps the lines for the call
/// that the same thread has under way: ``capture(_:)`` hands them to whoever made it, who logs them or
/// puts them into an error. Lines outside of a capture are dropped: the error number says enough there.
package enum LibbpfLog {
  /// One message, without its line break.
  package struct Line: Sendable, Hashable {
    package enum Level: Sendable { case warning, info, debug }

    package let level: Level
    package let text: String
  }

  /// The captures under way, by thread.
  private static let captures = Mutex<[CInt: [Line]]>([:])

  /// Runs `body` and returns what it answered, with every line that libbpf had to say meanwhile.
  package static func capture<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) -> (result: Swift.Result<Result, Failure>, lines: [Line]) {
    libbpf_set_print(keep)
    let thread = clinux_thread_id()
    captures.withLock { $0[thread] = [] }
    let result = Swift.Result(catching: body)
    return (result, captures.withLock { $0.removeValue(forKey: thread) ?? [] })
  }

  /// The kernel's own words in a capture: what follows `Kernel error message:`, where libbpf found an
  /// extended ACK (Linux 4.12).
  package static func kernelMessage(in lines: [Line]) -> String? {
    let marker = "Kernel error message: "
    for line in lines {
      if let range = line.text.firstRange(of: marker) { return String(line.text[range.upperBound...]) }
    }
    return nil
  }

  private static let keep: libbpf_print_fn_t = { level, format, arguments in
    guard let format, let arguments else { return 0 }
    // The verifier's log comes as one message: long, and its end says what is wrong.
    let capacity = 1 << 16
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { space in
      vsnprintf(space.baseAddress, capacity, format, arguments)
      return String(cString: space.baseAddress!)
    }
    let kind: Line.Level =
      switch level {
      case LIBBPF_WARN: .warning
      case LIBBPF_INFO: .info
      default: .debug
      }
    let lines = text.split(separator: "\n").map { Line(level: kind, text: String($0)) }
    captures.withLock { $0[clinux_thread_id()]?.append(contentsOf: lines) }
    return 0
  }
}
