import Foundation
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct LinkSettingsTests {
  @Test func `a pair across two namespaces, with addresses and queues`() throws {
    let here = try TestNamespace()
    let there = try TestNamespace()
    let far = there.name
    try here.enter {
      let namespace = try NetworkNamespace.open(named: far)
      let near = HardwareAddress([0x02, 0, 0, 0, 0, 0xa])
      let peer = HardwareAddress([0x00, 0xc0, 0x17, 0, 0, 0xb])
      try VethPair.create(
        VethEnd("fxa", hardwareAddress: near, queues: 3),
        peer: VethEnd("fxb", hardwareAddress: peer, queues: 2, namespace: namespace.rawValue))
    }
    let near = try Command.json(here.ip("-j -d link show fxa"))
    let peer = try Command.json(there.ip("-j -d link show fxb"))
    #expect(near["address"] as? String == "02:00:00:00:00:0a" && peer["address"] as? String == "00:c0:17:00:00:0b")
    #expect(near["num_rx_queues"] as? Int == 3 && near["num_tx_queues"] as? Int == 3)
    #expect(peer["num_rx_queues"] as? Int == 2 && peer["num_tx_queues"] as? Int == 2)
    #expect((near["linkinfo"] as? [String: Any])?["info_kind"] as? String == "veth")
  }

  @Test func `up, MTU, addresses, down and gone`() throws {
    let namespace = try TestNamespace()
    let index = try namespace.enter {
      try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb"))
      let index = try Interface.find("fxa").index
      try LinkSettings.setMTU(3000, index: index)
      try LinkSettings.setUp(index: index)
      try LinkSettings.setUp(index: Interface.find("fxb").index)
      try LinkSettings.addAddress([192, 0, 2, 1], prefix: 24, index: index)
      try LinkSettings.addAddress(
        [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1], prefix: 64, index: index)
      return index
    }
    let link = try Command.json(namespace.ip("-j addr show fxa"))
    #expect(link["mtu"] as? Int == 3000)
    #expect((link["flags"] as? [String])?.contains("LOWER_UP") == true)
    let addresses = try #require(link["addr_info"] as? [[String: Any]])
    let global = addresses.filter { $0["scope"] as? String == "global" }
    #expect(global.map { "\($0["local"] ?? "")/\($0["prefixlen"] ?? "")" } == ["192.0.2.1/24", "2001:db8::1/64"])
    // Usable at once.
    #expect(global.allSatisfy { $0["tentative"] == nil })

    try namespace.enter { try LinkSettings.setUp(false, index: index) }
    #expect(try namespace.enter { try Interface.find("fxa").isUp } == false)
    try namespace.enter { try LinkSettings.delete(index: index) }
    #expect(throws: InterfaceError.notFound("fxb")) { try namespace.enter { try Interface.find("fxb") } }
  }

  @Test func `refusals carry the kernel's own words`() throws {
    let namespace = try TestNamespace()
    let error = try #require(throws: NetlinkError.self) {
      try namespace.enter {
        try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb"))
        try LinkSettings.setMTU(10, index: Interface.find("fxa").index)
      }
    }
    #expect(error.errno == .invalidArgument)
    #expect(error.kernelMessage == "mtu less than device minimum")
    #expect(error.description.hasSuffix("EINVAL (Invalid argument): mtu less than device minimum"))
  }

  @Test func `a name that is taken, or too long, or an address of no family`() throws {
    let namespace = try TestNamespace()
    func refusal(_ body: @escaping @Sendable () throws -> Void) throws -> Errno {
      try #require(throws: NetlinkError.self) { try namespace.enter(body) }.errno
    }
    try namespace.enter { try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb")) }
    #expect(try refusal { try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxc")) } == .fileExists)
    let long = String(repeating: "x", count: 16)
    #expect(try refusal { try VethPair.create(VethEnd(long), peer: VethEnd("fxc")) } != .fileExists)
    let endless = String(repeating: "x", count: 40_000)
    #expect(try refusal { try VethPair.create(VethEnd(endless), peer: VethEnd("fxc")) } == .messageTooLong)
    #expect(try refusal { try LinkSettings.addAddress([1, 2, 3], prefix: 8, index: 1) } == .invalidArgument)
    #expect(try refusal { try LinkSettings.setUp(index: 9999) } == .noSuchDevice)
  }

  @Test func `busy poll settings come back, unless somebody else set them`() throws {
    let namespace = try TestNamespace()
    let name = namespace.name
    func values() throws -> [String] {
      try namespace.run("cat /sys/class/net/fxa/napi_defer_hard_irqs /sys/class/net/fxa/gro_flush_timeout")
        .split(separator: "\n").map(String.init)
    }
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.enter { try Sysfs().write("class/net/fxa/gro_flush_timeout", "777") }
    let during = try namespace.enter { [name] in
      let settings = try BusyPollHostSettings(Interface.find("fxa"))
      _ = settings.former
      let path = "/sys/class/net/fxa"
      return try Command.run(
        "ip", "netns", "exec", name, "cat", "\(path)/napi_defer_hard_irqs", "\(path)/gro_flush_timeout")
    }
    #expect(during == "2\n200000\n")
    #expect(try values() == ["0", "777"])

    try namespace.enter {
      let settings = try BusyPollHostSettings(Interface.find("fxa"))
      try Sysfs().write("class/net/fxa/gro_flush_timeout", "5000")
      _ = settings.former
    }
    #expect(try values() == ["2", "5000"])
  }

  @Test func `busy poll settings of an interface that goes away`() throws {
    let namespace = try TestNamespace()
    try namespace.enter {
      try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb"))
      let interface = try Interface.find("fxa")
      let settings = try BusyPollHostSettings(interface, settings: NAPISettings(deferHardIRQs: 7, groFlushTimeout: 9))
      try LinkSettings.delete(index: interface.index)
      try settings.restore()
    }
  }
}
