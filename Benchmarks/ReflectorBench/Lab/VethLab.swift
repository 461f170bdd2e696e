import Glibc
import LinuxSystem

/// Two namespaces and a veth pair with one queue between them: `T0` is the tester's end, `R0` the
/// reflector's. All of it goes with its owner.
struct VethLab: ~Copyable {
  static let testerEnd = "T0"
  static let reflectorEnd = "R0"

  let tester: BenchNamespace
  let reflector: BenchNamespace
  /// Interface indices, each within its namespace.
  let testerIndex: CInt
  let reflectorIndex: CInt

  /// Throws with nothing left behind: each namespace takes its end of the pair with it.
  init() throws {
    try BenchNamespace.removeStale()
    let tester = try BenchNamespace(role: "t")
    let reflector = try BenchNamespace(role: "r")
    // One queue at both ends: native XDP refuses a peer with more TX queues than it has RX queues.
    try IPCommand.run(
      "-n", tester.name, "link", "add", Self.testerEnd, "address", "\(TesterAddresses.tester)",
      "numtxqueues", "1", "numrxqueues", "1", "type", "veth", "peer", "name", Self.reflectorEnd,
      "address", "\(TesterAddresses.reflector)", "numtxqueues", "1", "numrxqueues", "1", "netns", reflector.name)
    try IPCommand.run("-n", tester.name, "link", "set", Self.testerEnd, "up")
    try IPCommand.run("-n", reflector.name, "link", "set", Self.reflectorEnd, "up")
    let testerIndex = try tester.inside { try Self.index(of: Self.testerEnd) }
    let reflectorIndex = try reflector.inside { try Self.index(of: Self.reflectorEnd) }
    // All at once and last: nothing may throw when a field with an owner is set.
    self.tester = tester
    self.reflector = reflector
    self.testerIndex = testerIndex
    self.reflectorIndex = reflectorIndex
  }

  /// In the namespace of the calling thread.
  private static func index(of interface: String) throws -> CInt {
    let index = CInt(if_nametoindex(interface))
    // 0 is its failure, and check() wants a negative number.
    return try check("if_nametoindex \(interface)") { index == 0 ? -1 : index }
  }
}
