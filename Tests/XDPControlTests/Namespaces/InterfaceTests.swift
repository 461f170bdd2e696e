import Foundation
import LinuxSystem
import Testing

@testable import XDPControl

/// Interfaces of a namespace, against what `ip` prints of them.
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct InterfaceTests {
  @Test func `every field is what ip prints`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa numrxqueues 3 numtxqueues 2 mtu 2000 type veth peer name fxb")
    try namespace.ip("link property add dev fxa altname fx-an-alternative-name")
    try namespace.ip("link set fxa up")
    try namespace.ip("link set fxb up")
    let ours = try namespace.enter { try Interface.find("fxa") }
    let theirs = try Command.json(namespace.ip("-j -d link show fxa"))

    #expect(ours.name == theirs["ifname"] as? String)
    #expect(ours.alternativeNames == theirs["altnames"] as? [String])
    #expect(Int(ours.index) == theirs["ifindex"] as? Int)
    #expect(ours.hardwareAddress?.description == theirs["address"] as? String)
    #expect(Int(ours.mtu) == theirs["mtu"] as? Int)
    #expect(Int(ours.receiveQueues) == theirs["num_rx_queues"] as? Int)
    #expect(Int(ours.transmitQueues) == theirs["num_tx_queues"] as? Int)
    let flags = try #require(theirs["flags"] as? [String])
    #expect(ours.isUp == flags.contains("UP") && ours.hasCarrier == flags.contains("LOWER_UP"))
    #expect(ours.isUp && ours.hasCarrier)
    #expect(!ours.isPromiscuous)
    try namespace.ip("link set fxa promisc on")
    #expect(try namespace.enter { try Interface.find("fxa").isPromiscuous })
    #expect(ours.kind == (theirs["linkinfo"] as? [String: Any])?["info_kind"] as? String)
    #expect(ours.xdp == nil)
    let peer = try namespace.enter { try Interface.find("fxb") }
    #expect(ours.peerIndex == peer.index)
  }

  @Test func `TX queues in use are those in sysfs, up or down`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa numrxqueues 4 numtxqueues 3 type veth peer name fxb")
    for state in ["down", "up"] {
      try namespace.ip("link set fxa \(state)")
      #expect(try namespace.enter { try Interface.find("fxa").realTransmitQueues(in: Sysfs()) } == 3)
    }
    try namespace.run("ethtool -L fxa tx 2")
    #expect(try namespace.enter { try Interface.find("fxa").realTransmitQueues(in: Sysfs()) } == 2)
  }

  @Test func `alternative names lead to the real one`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.ip("link property add dev fxa altname fx-a-name-beyond-fifteen altname fxshort")
    for name in ["fx-a-name-beyond-fifteen", "fxshort", "fxa"] {
      #expect(try namespace.enter { try Interface.find(name).name } == "fxa")
    }
  }

  @Test(arguments: [
    "nope", "", "a name far longer than an interface's may be", String(repeating: "x", count: 200), "lo\0",
  ])
  func `what isn't there is not found`(name: String) throws {
    let namespace = try TestNamespace()
    #expect(throws: InterfaceError.notFound(name)) { try namespace.enter { try Interface.find(name) } }
    #expect(throws: InterfaceError.notFound("#0")) { try namespace.enter { try Interface.find(index: 0) } }
    #expect(throws: InterfaceError.notFound("#999")) { try namespace.enter { try Interface.find(index: 999) } }
  }

  @Test func `a dump of many links has them all, once`() throws {
    let namespace = try TestNamespace()
    let batch = (0..<120).map { "link add fx\($0) type veth peer name fy\($0)\n" }.joined()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(namespace.name).batch")
    try batch.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    try namespace.ip("-batch \(file.path)")
    let names = try namespace.enter { try Interface.all().map(\.name) }
    #expect(names.filter { $0.hasPrefix("f") }.count == 240)
    #expect(Set(names).count == names.count)
  }

  @Test func `a peer in another namespace may have the same index, and is found by the namespace's number`() throws {
    let here = try TestNamespace()
    let there = try TestNamespace()
    try here.ip("link add fxa index 7 type veth peer name fxb index 7 netns \(there.name)")
    let ours = try here.enter { try Interface.find("fxa") }
    #expect(ours.index == 7 && ours.linkIndex == 7)
    let name = there.name
    let number = try here.enter { try NamespaceID.of(NetworkNamespace.open(named: name)) }
    #expect(number != nil && number == ours.linkNamespace)
    // Nobody has told the far one of itself.
    let stranger = try TestNamespace()
    let strange = stranger.name
    #expect(try here.enter { try NamespaceID.of(NetworkNamespace.open(named: strange)) } == nil)
  }

  @Test func `a peer in another namespace is no peer of this one`() throws {
    let here = try TestNamespace()
    let there = try TestNamespace()
    try here.ip("link add fxa type veth peer name fxb netns \(there.name)")
    let ours = try here.enter { try Interface.find("fxa") }
    #expect(ours.linkNamespace != nil)
    #expect(ours.peerIndex == nil)
    #expect(try here.enter { try DeviceFeatures.peerTransmitChecksum(of: ours) } == nil)
  }
}
