import Foundation
import Glibc
import TestSupport
import Testing

/// A machine of QEMU's making, under software emulation, whose NICs' drivers do AF_XDP zero-copy.
///
/// Booted once for all tests, by `scripts/vm/boot`, and ended by that when this process does. Its NICs' other ends are
/// taps in a network namespace of its own: frames are made and checked outside of the guest.
final class Guest: @unchecked Sendable {
  /// Packed by `scripts/test-vm`; without it there is no guest.
  private static let initrd = ProcessInfo.processInfo.environment["REFLECTOR_VM_INITRD"]
  static var isAvailable: Bool { initrd != nil }
  static let reason: Comment = "there is no guest here: make test-vm fetches one and runs these tests in it"

  private static let booted = Result { try Guest() }

  /// The guest, booted by whoever asks first.
  static var shared: Guest { get throws { try booted.get() } }

  /// Network namespaces of these tests, and of nobody else, have names that start so, followed by the pid.
  private static let prefix = "rxvm-"
  /// The network namespace with the taps.
  let namespace = Guest.prefix + "\(getpid())"
  private let folder: String
  private let boot: ChildProcess
  private let connection: CInt
  // One command at a time.
  private let lock = NSLock()

  private init() throws {
    Self.removeLeftovers()
    var template = Array((NSTemporaryDirectory() + "/reflector-vm-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw TestFailure("mkdtemp: errno \(errno)") }
    folder = String(cString: made)
    let environment = ProcessInfo.processInfo.environment
    boot = try ChildProcess(
      [
        Self.script("boot"), environment["REFLECTOR_VM_CACHE"] ?? "", Self.initrd ?? "", namespace, folder,
      ], input: .pipe)
    connection = try Self.connect(folder + "/agent", while: boot)
    // The first command waits for the guest to have booted.
    try runChecked("true", seconds: 180)
  }

  /// Waits for the socket, which QEMU makes.
  private static func connect(_ path: String, while boot: ChildProcess) throws -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let connection = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    return try eventually(within: 30, "QEMU runs; it wrote: \(boot.errors)") {
      guard boot.isRunning else { throw TestFailure("the guest didn't start: \(boot.errors)") }
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      return result == 0 ? connection : nil
    }
  }

  private static func script(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../scripts/vm/" + name)
      .standardized.path
  }

  /// Namespaces of runs that were killed together with their guest.
  private static func removeLeftovers() {
    for line in ((try? TestSupport.run(["ip", "netns", "list"]))?.output ?? "").split(separator: "\n") {
      guard let name = line.split(separator: " ").first.map(String.init), name.hasPrefix(prefix),
        let pid = pid_t(name.dropFirst(prefix.count)), kill(pid, 0) != 0, errno == ESRCH
      else { continue }
      _ = try? TestSupport.run(["ip", "netns", "delete", name])
    }
  }

  /// What its kernel printed.
  var console: String { (try? String(contentsOfFile: folder + "/console", encoding: .utf8)) ?? "" }

  /// Runs a shell script in the guest. Killed, with status 137, after that many seconds.
  @discardableResult
  func run(_ script: String, seconds: Int = 30) throws -> Outcome {
    try lock.withLock {
      try send("\(seconds) \(Data(script.utf8).base64EncodedString())\n")
      // Emulated, on a machine that is shared: the killing may take its time, too.
      let deadline = ContinuousClock.now + .seconds(seconds + 30)
      let heading = try receiveLine(deadline).split(separator: " ").compactMap { Int($0) }
      guard heading.count == 3 else { throw TestFailure("the guest's agent answered nonsense") }
      let output = try receive(heading[1], deadline)
      let errors = try receive(heading[2], deadline)
      return Outcome(
        status: Int32(heading[0]), output: String(decoding: output, as: UTF8.self),
        errors: String(decoding: errors, as: UTF8.self))
    }
  }

  /// Runs a shell script that has to succeed. Answers its standard output.
  @discardableResult
  func runChecked(_ script: String, seconds: Int = 30) throws -> String {
    let outcome = try run(script, seconds: seconds)
    guard outcome.status == 0 else {
      throw TestFailure("in the guest: \(script): status \(outcome.status): \(outcome.output)\(outcome.errors)")
    }
    return outcome.output
  }

  private func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      guard count > 0 else { throw gone() }
      rest = rest.dropFirst(count)
    }
  }

  private func receiveLine(_ deadline: ContinuousClock.Instant) throws -> String {
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n") { line += try receive(1, deadline) }
    return String(decoding: line.dropLast(), as: UTF8.self)
  }

  private func receive(_ count: Int, _ deadline: ContinuousClock.Instant) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      var poll = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 1000) >= 0, boot.isRunning, ContinuousClock.now < deadline else { throw gone() }
      guard poll.revents != 0 else { continue }
      let read = bytes.withUnsafeMutableBytes { Glibc.read(connection, $0.baseAddress! + filled, count - filled) }
      guard read > 0 else { throw gone() }
      filled += read
    }
    return bytes
  }

  private func gone() -> TestFailure {
    TestFailure("the guest answers no more: \(boot.errors); its console ends with: \(console.suffix(3000))")
  }
}
