import CLinux
import Foundation
import LinuxSystem
import SystemPackage

/// A network namespace of the benchmark's own, gone with its owner.
///
/// It has a name in /run/netns because the reflector, another process, is told to enter it by that.
struct BenchNamespace: ~Copyable {
  static let prefix = "bn-"

  let name: String

  /// Makes `bn-PID-ROLE`, without IPv6: the router solicitations of a new interface are no test frames.
  init(role: String) throws {
    name = "\(Self.prefix)\(getpid())-\(role)"
    try IPCommand.run("netns", "add", name)
    try inside {
      for scope in ["all", "default"] {
        // Absent in a kernel without IPv6, which is as good.
        try? TextFile.write("1", to: "/proc/sys/net/ipv6/conf/\(scope)/disable_ipv6")
      }
    }
  }

  deinit {
    try? IPCommand.run("netns", "del", name)
  }

  /// Runs `body` with the calling thread in this namespace, and comes back.
  func inside<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    let home = try NetworkNamespace.open(named: "/proc/thread-self/ns/net")
    try NetworkNamespace.enter(named: name)
    let result = Result { try body() }
    try check("setns back") { clinux_enter_network_namespace(home.rawValue) }
    return try result.get()
  }

  /// Removes what a benchmark that was killed has left: its name has the id of a process that is no more.
  static func removeStale() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: NetworkNamespace.directory)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count).prefix { $0.isNumber }) else { continue }
      if !FileManager.default.fileExists(atPath: "/proc/\(process)") { try IPCommand.run("netns", "del", name) }
    }
  }
}
