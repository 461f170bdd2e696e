import Foundation
import Glibc
import TestSupport
import Testing

/// What the tests of this target need of the machine.
enum Requirements {
  /// What is missing here; empty when the tests can run.
  static let missing: [String] = {
    guard geteuid() == 0 else { return ["root"] }
    var missing = ["ip", "ethtool", "bpftool", "ping", "nc", "setpriv"].filter { !isInstalled($0) }
    if (try? run(["/usr/bin/python3", "-c", "import scapy.layers.inet"]).status) != 0 {
      missing.append("scapy (python3-scapy)")
    }
    // Containers may be root without being allowed this.
    let name = NetnsLab.prefix + "\(getpid())-probe"
    if missing.isEmpty, (try? run(["ip", "netns", "add", name]).status) != 0 {
      missing.append("permission to make network namespaces")
    }
    _ = try? run(["ip", "netns", "delete", name])
    return missing
  }()

  /// That this process may use.
  static let cpus: Int = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    // In hexadecimal, a bit for each.
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") } ?? ""
    return line.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
  }()

  /// AF_XDP frames of several chunks (XDP_USE_SG): Linux 6.6.
  static let hasMultiBuffer: Bool = {
    var name = utsname()
    uname(&name)
    let release = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return !numbers.lexicographicallyPrecedes([6, 6])
  }()

  /// To spread frames over.
  static let hasTwoCPUs = cpus >= 2

  static var reason: Comment { "end-to-end tests need \(missing.joined(separator: ", "))" }

  static func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
