import Glibc
import LinuxSystem
import ReflectorCore
import SystemPackage
import XDPControl

/// Two network namespaces and the veth pair that joins them, up and quiet.
///
/// ```
/// tester's namespace                reflector's namespace
///   lab-tester  <-- veth, N queues -->  lab-reflector
/// ```
/// It is all gone when this owner is, or with the process.
package struct LabNetwork: ~Copyable {
  package let tester: AnonymousNamespace
  package let reflector: AnonymousNamespace

  package static let testerInterface = "lab-tester"
  package static let reflectorInterface = "lab-reflector"
  /// The testers' maker: what the reflector asks for if it isn't told otherwise.
  package static let testerMAC = MACAddress(0x00, 0xc0, 0x17, 0x00, 0x00, 0x01)
  /// Locally administered.
  package static let reflectorMAC = MACAddress(0x02, 0x00, 0x00, 0x00, 0x00, 0x02)

  /// - Parameters:
  ///   - queues: RX and TX queues of both ends.
  ///   - mtu: of both ends, in bytes.
  package init(queues: Int, mtu: Int) throws(LabError) {
    let tester = try AnonymousNamespace()
    let reflector = try AnonymousNamespace()
    try tester.run("lab-tester") { () throws(LabError) in try Self.silenceIPv6() }
    let testerNamespace = tester.rawValue
    try reflector.run("lab-reflector") { () throws(LabError) in
      try Self.silenceIPv6()
      try Self.link(queues: UInt32(queues), testerNamespace: testerNamespace)
      try Self.configure(Self.reflectorInterface, mtu: mtu)
    }
    try tester.run("lab-tester") { () throws(LabError) in try Self.configure(Self.testerInterface, mtu: mtu) }
    // The end that is up last sends at once, the other one not.
    try reflector.run("lab-reflector") { () throws(LabError) in
      try LinkReadiness.wait(for: Self.reflectorInterface)
    }
    self.tester = tester
    self.reflector = reflector
  }

  /// Made in the reflector's namespace, which is the calling thread's.
  private static func link(queues: UInt32, testerNamespace: CInt) throws(LabError) {
    let reflector = VethEnd(
      reflectorInterface, hardwareAddress: HardwareAddress(reflectorMAC.bytes), queues: queues)
    let tester = VethEnd(
      testerInterface, hardwareAddress: HardwareAddress(testerMAC.bytes), queues: queues, namespace: testerNamespace)
    do {
      try VethPair.create(reflector, peer: tester)
    } catch {
      throw .network(error)
    }
  }

  private static func configure(_ interface: String, mtu: Int) throws(LabError) {
    let index = CInt(bitPattern: if_nametoindex(interface))
    do {
      try LinkSettings.setMTU(UInt32(mtu), index: index)
      try LinkSettings.setUp(index: index)
    } catch {
      throw .network(error)
    }
  }

  /// Without addresses, neighbour discovery and router solicitations the link carries test frames only.
  /// `/proc/sys/net` is the calling thread's namespace's. A kernel without IPv6 is quiet already.
  private static func silenceIPv6() throws(LabError) {
    try doing("turn IPv6 off") { () throws(SystemCallError) in
      for path in ["default", "all"].map({ "/proc/sys/net/ipv6/conf/\($0)/disable_ipv6" }) {
        do throws(SystemCallError) {
          try TextFile.write("1", to: path)
        } catch  where error.errno == .noSuchFileOrDirectory {
          return
        }
      }
    }
  }
}
