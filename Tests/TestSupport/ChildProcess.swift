import Foundation
import Glibc

/// A program that a test runs, ended with this owner at the latest.
///
/// Its output goes to files without a name: a program that prints much never waits for a reader, and what
/// it printed can be looked at while it runs and after it died.
package final class ChildProcess {
  /// What the program reads from.
  package enum Input {
    case none
    case file(String)
    /// Written with ``ChildProcess/write(_:)``; ends when this owner does.
    case pipe
  }

  package let pid: pid_t
  package let commandLine: String
  private let outputFile: CInt
  private let errorFile: CInt
  private var inputPipe: CInt = -1
  private var status: Int32?

  package init(_ arguments: [String], input: Input = .none) throws {
    commandLine = arguments.joined(separator: " ")
    outputFile = try Self.temporaryFile()
    errorFile = try Self.temporaryFile()
    let (readEnd, writeEnd) = try Self.open(input)
    inputPipe = writeEnd
    defer { close(readEnd) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, readEnd, 0)
    posix_spawn_file_actions_adddup2(&actions, outputFile, 1)
    posix_spawn_file_actions_adddup2(&actions, errorFile, 2)

    // The test runner's threads block signals; a child that inherited that would never see SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    // What the runner was told to ignore (nohup), a child would ignore too.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGHUP, SIGINT, SIGPIPE, SIGTERM] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var pointers = arguments.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    var pid: pid_t = 0
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &pointers, environ)
    guard result == 0 else { throw TestFailure("\(commandLine): \(String(cString: strerror(result)))") }
    self.pid = pid
  }

  deinit {
    if isRunning {
      signal(SIGKILL)
      var raw: Int32 = 0
      waitpid(pid, &raw, 0)
    }
    close(outputFile)
    close(errorFile)
    if inputPipe >= 0 { close(inputPipe) }
  }

  /// Everything it wrote to standard output so far.
  package var output: String { Self.contents(outputFile) }
  /// Everything it wrote to standard error so far.
  package var errors: String { Self.contents(errorFile) }

  package var isRunning: Bool { exitStatus == nil }

  /// As a shell has it: the exit status, or 128 and the signal's number. Nil while it runs.
  package var exitStatus: Int32? {
    if let status { return status }
    var raw: Int32 = 0
    guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
    let signal = raw & 0x7f
    status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
    return status
  }

  package func signal(_ number: CInt) {
    if status == nil { kill(pid, number) }
  }

  /// Waits for its end.
  ///
  /// - Throws: when it still runs after that many seconds.
  @discardableResult
  package func wait(seconds: Double = 10) throws -> Int32 {
    try eventually(within: seconds, "\(commandLine) ends; it wrote: \(output)\(errors)") { exitStatus }
  }

  /// Writes a line to its standard input.
  package func write(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard Glibc.write(inputPipe, bytes, bytes.count) == bytes.count else {
      throw TestFailure("\(commandLine) reads no input: \(errors)")
    }
  }

  private static func open(_ input: Input) throws -> (readEnd: CInt, writeEnd: CInt) {
    switch input {
    case .none: return (Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC), -1)
    case .file(let path): return (Glibc.open(path, O_RDONLY | O_CLOEXEC), -1)
    case .pipe:
      var ends: [CInt] = [-1, -1]
      guard pipe(&ends) == 0 else { throw TestFailure("pipe: errno \(errno)") }
      // A copy of the writing end in another child would keep this one waiting for more for ever.
      ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
      return (ends[0], ends[1])
    }
  }

  private static func temporaryFile() throws -> CInt {
    var template = Array((NSTemporaryDirectory() + "/reflector-test-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw TestFailure("mkstemp: errno \(errno)") }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func contents(_ descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: Int(lseekEnd(descriptor)))
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  /// The file's size, without moving the position that the child writes at.
  private static func lseekEnd(_ descriptor: CInt) -> Int {
    var information = stat()
    return fstat(descriptor, &information) == 0 ? information.st_size : 0
  }
}
