import CLinux
import Glibc
import LinuxSystem
import ReflectorLab
import XDPControl

/// Two network namespaces without names and a veth pair between them, gone with their owner or the process.
///
/// The reflector's process is started inside, so nothing has to find the namespaces by a name.
struct BenchLab: ~Copyable {
  static let reflectorEnd = LabNetwork.reflectorInterface

  private let network: LabNetwork
  /// Interface indices, each within its namespace.
  let testerIndex: CInt
  let reflectorIndex: CInt

  /// - Parameter queues: of both ends: native XDP refuses a peer with more TX queues than it has RX queues.
  init(queues: Int = 1) throws {
    let network = try LabNetwork(queues: queues, mtu: 1500)
    let testerIndex = try Self.inside(network.tester.rawValue) { try Self.index(of: LabNetwork.testerInterface) }
    let reflectorIndex = try Self.inside(network.reflector.rawValue) { try Self.index(of: Self.reflectorEnd) }
    // All at once and last: nothing may throw when a field with an owner is set.
    self.network = network
    self.testerIndex = testerIndex
    self.reflectorIndex = reflectorIndex
  }

  /// A descriptor for `setns`, valid as long as this owner lives.
  var testerNamespace: CInt { network.tester.rawValue }

  /// Runs `body` with the calling thread in the tester's namespace, and comes back.
  func insideTester<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    try Self.inside(network.tester.rawValue, body)
  }

  /// The same in the reflector's: a process that is started there stays there.
  func insideReflector<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    try Self.inside(network.reflector.rawValue, body)
  }

  private static func inside<Value: ~Copyable>(_ namespace: CInt, _ body: () throws -> Value) throws -> Value {
    let home = try NetworkNamespace.open(named: "/proc/thread-self/ns/net")
    try check("setns") { clinux_enter_network_namespace(namespace) }
    let result = Result { try body() }
    try check("setns back") { clinux_enter_network_namespace(home.rawValue) }
    return try result.get()
  }

  /// In the namespace of the calling thread.
  private static func index(of interface: String) throws -> CInt {
    let index = CInt(if_nametoindex(interface))
    // 0 is its failure, and check() wants a negative number.
    return try check("if_nametoindex \(interface)") { index == 0 ? -1 : index }
  }
}
