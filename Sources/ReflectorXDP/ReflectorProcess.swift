import CReflectorABI
import Glibc
import LinuxSystem
import SystemPackage
import XDPControl

/// The process of a reflector that runs elsewhere, to have it read its configuration again.
///
/// It is asked by SIGHUP, and answers in the map `session`. Needs the right to open the pins and to signal it.
package struct ReflectorProcess: ~Copyable {
  private let pins: PinnedMaps
  private let interface: String
  private let handle: ProcessHandle

  /// Enters the namespace with the calling thread, which stays there.
  ///
  /// - Throws: ``ReflectorError``, also where the number in the pins may be another process'.
  package init(interface: String, namespace: String?, pinDirectory: String) throws(ReflectorError) {
    let place = try Place.find(interface, namespace: namespace, pinDirectory: pinDirectory)
    let pins = try PinnedMaps.find(place, below: pinDirectory)
    handle = try Self.handle(pins.session, place.interface.name)
    self.interface = place.interface.name
    self.pins = pins
  }

  private static func handle(
    _ session: reflector_session, _ interface: String
  ) throws(ReflectorError) -> ProcessHandle {
    do throws(SystemCallError) {
      let handle = try ProcessHandle(pid: Int32(bitPattern: session.pid))
      guard try holds(session.program_id, handle.pid) else { throw SystemCallError("look for it", .noSuchProcess) }
      return handle
    } catch {
      throw .processUnknown(interface, pid: session.pid, error)
    }
  }

  package var pid: Int32 { handle.pid }

  /// Whether one of the process' descriptors is the program, or the link that has it.
  private static func holds(_ program: UInt32, _ pid: Int32) throws(SystemCallError) -> Bool {
    let procfs = try Procfs()
    for name in try procfs.files.names(in: "\(pid)/fdinfo") ?? [] {
      // One that was closed meanwhile is none.
      guard let text = try? procfs.files.value("\(pid)/fdinfo/\(name)") else { continue }
      if text.split(separator: "\n").contains("prog_id:\t\(program)") { return true }
    }
    return false
  }

  /// What it was started with, itself first; nil where that can't be told any more.
  package var commandLine: [String]? {
    // As long as a command line may be.
    guard let text = try? Procfs().files.value("\(pid)/cmdline", limit: 8 << 20), !text.isEmpty else { return nil }
    return text.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// What its relative paths start from.
  package var directory: String? { try? FilePath("/proc/\(pid)/cwd").target }

  /// Comes with SIGHUP where the program is to be replaced, too.
  package static let programValue: CInt = 1

  /// Has it read its configuration again, and waits until it is in force, or refused.
  ///
  /// - Parameter program: whether its XDP program is replaced, too.
  /// - Throws: ``ReflectorError``: `configuration` where it was refused; the process goes on as before.
  package func reload(program: Bool = false, within seconds: UInt64 = 30) throws(ReflectorError) {
    try checkThatItListens()
    let before = try session()
    // One that is under way may have read the file before it was what it is now.
    let wanted = before.reload_requests &+ 1
    do {
      try handle.send(SIGHUP, value: program ? Self.programValue : 0)
    } catch {
      throw error.errno == .noSuchProcess ? .reflectorEnded(interface, pid) : .system("signal pid \(pid)", error)
    }
    let end = MonotonicClock.nanoseconds + seconds * 1_000_000_000
    while MonotonicClock.nanoseconds < end {
      let now = try session()
      if Int32(bitPattern: now.reloads &+ now.reload_failures &- wanted) >= 0 {
        guard now.reload_failures == before.reload_failures else { throw .reloadRefused(interface, pid) }
        guard !program || now.program_id != before.program_id else { throw .programKept(interface) }
        return
      }
      guard handle.isAlive else { throw .reflectorEnded(interface, pid) }
      usleep(5000)
    }
    throw .reloadUnanswered(interface, pid, seconds)
  }

  private func session() throws(ReflectorError) -> reflector_session {
    do throws(SystemCallError) {
      guard let session = try pins.maps.session.value(0) else { throw SystemCallError("read session", .noData) }
      return session
    } catch {
      throw .system("read the maps of \(interface)", error)
    }
  }

  /// The signal would end a program that has no use for it, such as another one with our library.
  private func checkThatItListens() throws(ReflectorError) {
    let lines = ((try? Procfs().files.value("\(pid)/status")) ?? nil)?.split(separator: "\n") ?? []
    let masks = lines.filter { $0.hasPrefix("SigBlk:") || $0.hasPrefix("SigCgt:") }
    let bits = masks.compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
    guard bits.contains(where: { $0 & 1 << (SIGHUP - 1) != 0 }) else {
      throw ReflectorError(
        .system, what: "\(interface): pid \(pid) takes no reload", why: "SIGHUP would end it",
        remedy: "change its settings by the commands rules, allow, deny and limits, or start it again")
    }
  }
}

extension FilePath {
  /// Of a symbolic link.
  fileprivate var target: String {
    get throws(SystemCallError) {
      var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = try check("readlink \(self)") { readlink(string, &bytes, bytes.count) }
      return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}

extension ReflectorError {
  fileprivate static func processUnknown(_ interface: String, pid: UInt32, _ cause: SystemCallError) -> ReflectorError {
    guard cause.errno == .noSuchProcess else { return .system("look at pid \(pid)", cause) }
    return ReflectorError(
      .noInterface, what: "the process of the reflector on \(interface) can't be found",
      why: "its maps name pid \(pid), which has not its program here: it is in another pid namespace, or just ended",
      remedy: "send it SIGHUP where it runs, or restart it")
  }

  fileprivate static func reflectorEnded(_ interface: String, _ pid: Int32) -> ReflectorError {
    ReflectorError(
      .noInterface, what: "the reflector on \(interface) ended", why: "pid \(pid) is gone",
      remedy: "see its log; then start it again: reflector-xdp attach \(interface)")
  }

  fileprivate static func reloadRefused(_ interface: String, _ pid: Int32) -> ReflectorError {
    ReflectorError(
      .configuration, what: "\(interface): the reload was refused", why: "the settings are what they were before",
      remedy: "see the log of pid \(pid), which says what is wrong")
  }

  /// A signal that is pending already swallows the next one, and what came with it.
  fileprivate static func programKept(_ interface: String) -> ReflectorError {
    ReflectorError(
      .busy, what: "\(interface): reloaded, and its program wasn't replaced",
      why: "somebody else asked for a reload just now", remedy: "try again")
  }

  fileprivate static func reloadUnanswered(_ interface: String, _ pid: Int32, _ seconds: UInt64) -> ReflectorError {
    ReflectorError(
      .busy, what: "\(interface): no word of the reload",
      why: "pid \(pid) didn't say within \(seconds) s what became of it",
      remedy: "see its log; it may be stopped, or its output paused")
  }
}
