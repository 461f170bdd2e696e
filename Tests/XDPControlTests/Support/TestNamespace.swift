import Glibc
import LinuxSystem
import Synchronization

/// A network namespace for one test, gone with its owner, and the devices in it too.
struct TestNamespace: ~Copyable {
  let name: String

  private static let made = Atomic<Int>(0)

  /// What tests in namespaces need, for `.enabled(if:)`.
  static let isPossible = Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) } ?? false
  static let need = "makes network namespaces: needs CAP_SYS_ADMIN and CAP_NET_ADMIN"

  init() throws {
    _ = Self.swept
    name = "fx-\(getpid())-\(Self.made.add(1, ordering: .relaxed).newValue)"
    try Command.run("ip", "netns", "add", name)
  }

  deinit {
    _ = try? Command.run("ip", "netns", "del", name)
  }

  /// Runs `ip` in the namespace.
  @discardableResult
  func ip(_ arguments: String) throws -> String {
    try Command.run("sh", "-c", "exec ip -n \(name) \(arguments)")
  }

  /// Runs any program in the namespace, with a /sys of it.
  @discardableResult
  func run(_ command: String) throws -> String {
    try Command.run("sh", "-c", "exec ip netns exec \(name) \(command)")
  }

  /// Runs `body` on a thread of its own in the namespace.
  func enter<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let name = name
    return try onThread {
      try NetworkNamespace.enter(named: name)
      return try body()
    }
  }

  /// Once a run: what test processes that crashed left behind.
  private static let swept: Void = {
    let listed = (try? Command.run("ip", "netns", "list")) ?? ""
    for line in listed.split(separator: "\n") {
      let name = line.split(separator: " ")[0]
      let parts = name.split(separator: "-")
      guard parts.count == 3, parts[0] == "fx", let pid = pid_t(parts[1]) else { continue }
      if kill(pid, 0) != 0 { _ = try? Command.run("ip", "netns", "del", String(name)) }
    }
  }()
}
