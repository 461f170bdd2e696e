import Foundation
import LinuxSystem
import Testing

@testable import XDPControl

/// Drivers, channels and features, against what `ethtool` prints of them.
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct EthtoolTests {
  /// `Key: value` lines; the first of a key that comes twice.
  private func fields(_ text: String) -> [String: String] {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return (parts[0].trimmingCharacters(in: .whitespaces), parts[1].trimmingCharacters(in: .whitespaces))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  @Test func `the driver is what ethtool -i prints`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    let ours = try #require(try namespace.enter { try Driver.of(Interface.find("fxa")) })
    let theirs = fields(try namespace.run("ethtool -i fxa"))
    #expect(ours.name == theirs["driver"])
    #expect(ours.version == theirs["version"])
    #expect(ours.firmware == nil && theirs["firmware-version"] == "")
    #expect(ours.bus == nil && theirs["bus-info"] == "")
    #expect(try namespace.enter { try Driver.of(Interface.find("lo")) } == nil)
  }

  @Test(arguments: [(4, 4), (4, 2), (1, 1)])
  func `queues in use are what ethtool -l prints`(allocated: Int, used: Int) throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa numrxqueues \(allocated) numtxqueues \(allocated) type veth peer name fxb")
    try namespace.run("ethtool -L fxa rx \(used) || [ \(allocated) = \(used) ]")
    let theirs = try namespace.run("ethtool -l fxa").components(separatedBy: "Current hardware settings:")
    #expect(theirs.count == 2)
    let ours = try #require(try namespace.enter { try Channels.of(Interface.find("fxa")) })
    #expect(
      "\(ours.maximum.receive)" == fields(theirs[0])["RX"] && "\(ours.maximum.transmit)" == fields(theirs[0])["TX"])
    #expect(
      "\(ours.current.receive)" == fields(theirs[1])["RX"] && "\(ours.current.transmit)" == fields(theirs[1])["TX"])

    // While it is down netdev is silent, and the channels answer.
    let down = try namespace.enter { try ReceiveQueues.of(Interface.find("fxa")) }
    #expect(down.inUse == used && down.maximum == allocated && down.source == .channels)
    try namespace.ip("link set fxa up")
    let up = try namespace.enter { try ReceiveQueues.of(Interface.find("fxa")) }
    #expect(up.inUse == used && up.maximum == allocated)
    let release = try #require(KernelRelease.current)
    #expect(up.source == (release < KernelRelease(6, 8) ? .channels : .netdev))
  }

  @Test func `an interface without channels has the queues allocated`() throws {
    let namespace = try TestNamespace()
    let (channels, queues) = try namespace.enter {
      let loopback = try Interface.find("lo")
      return (try Channels.of(loopback), try ReceiveQueues.of(loopback))
    }
    #expect(channels == nil)
    #expect(queues.inUse == 1 && queues.maximum == 1 && queues.source == .allocated)
  }

  @Test func `features are what ethtool -k prints`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    let ours = try #require(try namespace.enter { try DeviceFeatures.of(index: Interface.find("fxa").index) })
    let theirs = fields(try namespace.run("ethtool -k fxa"))
    func printed(_ feature: DeviceFeature) -> String {
      (feature.isActive ? "on" : "off") + (feature.isChangeable ? "" : " [fixed]")
    }
    // All that go by the kernel's names in both, and the three that ethtool calls otherwise.
    var compared = 0
    for (name, feature) in ours.byName where theirs[name] != nil {
      // ethtool adds what was asked for and isn't had, which is no part of a state.
      #expect(theirs[name]?.replacingOccurrences(of: " [requested on]", with: "") == printed(feature), "\(name)")
      compared += 1
    }
    #expect(compared > 40)
    #expect(ours.receiveVLANStripping.map(printed) == theirs["rx-vlan-offload"])
    #expect(ours.largeReceiveOffload.map(printed) == theirs["large-receive-offload"])
    #expect(ours.genericReceiveOffload.map(printed) == theirs["generic-receive-offload"])
  }

  @Test func `a peer's checksum offload, switched off and on`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    for state in ["off", "on"] {
      try namespace.run("ethtool -K fxb tx \(state)")
      let seen = try namespace.enter { try DeviceFeatures.peerTransmitChecksum(of: Interface.find("fxa")) }
      #expect(seen == DeviceFeature(isActive: state == "on", isChangeable: true))
    }
  }
}
