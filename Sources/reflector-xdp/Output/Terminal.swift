import CLinux
import Glibc
import LinuxSystem
import ReflectorXDP
import Synchronization
import SystemPackage

/// The process's three streams, written whole and at once.
enum Terminal {
  /// The first write to stdout that failed otherwise than because nobody reads any more.
  private static let outputError = Mutex<SystemCallError?>(nil)
  /// Whether the status line is what stands on the terminal now, without an end.
  private static let hasStatusLine = Atomic<Bool>(false)

  /// Whether somebody looks at stdout right now.
  static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Of the terminal on stdout; nil where that isn't one, or doesn't say.
  static var size: (rows: Int, columns: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_row), Int(size.ws_col))
  }

  /// Whether a line can be written without waiting for a reader who is paused: true also where the write
  /// will fail, so that somebody hears of it.
  static var outputHasRoom: Bool {
    var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, 0) != 0
  }

  /// Opens /dev/null for each of the three streams that the process was started without. Otherwise the
  /// next descriptor made, a socket or a map, would take the number, and be written to.
  static func fillStreams() {
    while true {
      let descriptor = open("/dev/null", O_RDWR)
      guard descriptor >= 0 && descriptor <= STDERR_FILENO else {
        close(descriptor)
        return
      }
    }
  }

  /// - Returns: false when nobody reads any more or it can't be written.
  @discardableResult
  static func output(_ text: String) -> Bool {
    hasStatusLine.store(false, ordering: .relaxed)
    do {
      try write(text, to: STDOUT_FILENO)
      return true
    } catch {
      // EPIPE: the reader went away. EIO: the terminal did.
      if error.errno != .brokenPipe && error.errno != .ioError { outputError.withLock { $0 = $0 ?? error } }
      return false
    }
  }

  /// Writes over the last status line. No wider than the terminal, where it would wrap and couldn't be
  /// written over.
  static func status(_ line: String) -> Bool {
    let shown = size.map { String(line.prefix($0.columns - 1)) } ?? line
    defer { hasStatusLine.store(true, ordering: .relaxed) }
    return output(eraseLine + shown)
  }

  /// A log line or an error. Takes the place of the status line, which comes again below.
  static func error(_ text: String) {
    let isOver = hasStatusLine.exchange(false, ordering: .relaxed) && isatty(STDERR_FILENO) == 1
    // There is nowhere else to say that stderr can't be written.
    try? write((isOver ? eraseLine : "") + text, to: STDERR_FILENO)
  }

  /// What output was lost, as an error for the operator; nil if none was.
  static var failure: ReflectorError? {
    outputError.withLock { $0 }.map {
      ReflectorError(
        .system, what: "the output can't be written", why: "\($0)", remedy: "make room for it, or send it elsewhere")
    }
  }

  private static let eraseLine = "\r\u{1b}[K"

  private static func write(_ text: String, to descriptor: CInt) throws(SystemCallError) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      do throws(SystemCallError) {
        done += try checkRetrying("write") {
          bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        }
      } catch  where error.errno == .wouldBlock {
        // Another process has made the stream non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      }
    }
  }
}
