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

  /// To spread frames over.
  static let hasTwoCPUs = sysconf(CInt(_SC_NPROCESSORS_ONLN)) >= 2

  static var reason: Comment { "end-to-end tests need \(missing.joined(separator: ", "))" }

  static func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
