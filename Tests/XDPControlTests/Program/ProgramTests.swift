import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore
import SystemPackage
import Testing

@testable import XDPControl

/// The real program in the real kernel, on veths in namespaces of the test's own.
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct ProgramTests {
  @Test func `loads with all its maps, sized for the queues`() throws {
    let object = try ReflectorObject(queues: 3)
    let maps = try object.maps()
    #expect(LoadedProgram(descriptor: object.programDescriptor)?.name == "reflector")
    #expect(try maps.workers.value(2) != nil)
    #expect(try maps.workers.value(3) == nil, "the map ends with the last queue")
    #expect(try maps.counters.values(0).count >= 1)
  }

  @Test func `a map that the kernel refuses is a load error with libbpf's words`() throws {
    // An array of no entries can't be made.
    do {
      _ = try ReflectorObject(queues: 0)
      Issue.record("loaded with no queues")
    } catch {
      #expect(error.cause.errno == .invalidArgument)
      #expect(!error.messages.isEmpty)
    }
  }

  @Test func `rules come back out of the maps as they went in`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    let own = try Rule(name: "own", port: 0, signature: Signature(offset: 3, bytes: [1, 2, 3]))
    let table = try RuleTable(RuleSet.ito.rules(port: 3842) + [own])
    let mac = try #require(MACAddress("02:00:00:00:00:01"))
    try maps.install(table, mac: mac, oui: nil)
    let config = try #require(try maps.config.value(0))
    let ports = try (0..<REFLECTOR_SLOTS.rawValue).compactMap { try maps.ports.value($0) }.filter { $0.count != 0 }
    #expect(ports.map(\.port) == [3842] && ports[0].count == 2, "ITO's shape and the any-port rule's")
    #expect(try maps.ports.value(reflector_port_slot(3842, config.seed))?.count == 2)
    #expect(try maps.rules().map(\.id) == [0, 1, 2, 3])
    #expect(try maps.signatures.value(reflector_signature(own).slot(config.seed))?.id == 3)
    #expect(config.any_oui == 1 && config.any_port.count == 1)
    #expect(MACAddress(try #require(try maps.address.value(0)).mac) == mac)
  }

  /// Rules that differ in one thing only, and as many as there may be.
  @Test(arguments: ["bytes", "port", "offset"])
  func `a seed is found for any rules, and no two of them share a slot`(difference: String) throws {
    let rules = try (0..<64).map { (number: Int) throws -> Rule in
      let bytes: [UInt8] = [difference == "bytes" ? UInt8(number) : 1]
      let offset = difference == "offset" ? number : 0
      let port: UInt16 = difference == "port" ? UInt16(number * 1024) : 7
      return try Rule(name: "r\(number)", port: port, signature: Signature(offset: offset, bytes: bytes))
    }
    let ports = Array(Set(rules.map { $0.port }))
    let signatures = rules.map { reflector_signature($0) }
    let seed = try #require(SlotSeed.find(ports: ports, signatures: signatures))
    for slots in [ports.map { reflector_port_slot($0, seed) }, signatures.map { $0.slot(seed) }] {
      #expect(Set(slots).count == slots.count)
      #expect(slots.allSatisfy { $0 < REFLECTOR_SLOTS.rawValue })
    }
  }

  @Test func `a link attaches in the mode it names, and detaches when it ends`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.enter {
      let index = try Interface.find("fxa").index
      let object = try ReflectorObject(queues: 1)
      for (mode, seen) in [(AttachMode.native, XDPAttachment.Mode.native), (.generic, .generic)] {
        do {
          let link = try XDPLink(program: object.programDescriptor, interfaceIndex: index, mode: mode)
          #expect(try Interface.find(index: index).xdp?.mode == seen)
          #expect(LoadedProgram.attached(toInterface: index)?.name == "reflector")
          withExtendedLifetime(link) {}
        }
        #expect(try Interface.find(index: index).xdp == nil)
      }
    }
  }

  @Test func `a second program is refused as busy`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.enter {
      let index = try Interface.find("fxa").index
      let object = try ReflectorObject(queues: 1)
      let first = try XDPLink(program: object.programDescriptor, interfaceIndex: index, mode: .native)
      for mode in AttachMode.allCases {
        do {
          _ = try XDPLink(program: object.programDescriptor, interfaceIndex: index, mode: mode)
          Issue.record("attached twice")
        } catch let error as AttachError {
          #expect(error.isBusy, "\(error)")
        }
      }
      withExtendedLifetime(first) {}
    }
  }

  @Test func `a second instance takes the first one's place, over the same maps`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.enter {
      let index = try Interface.find("fxa").index
      let first = try ReflectorObject(queues: 3)
      let link = try XDPLink(program: first.programDescriptor, interfaceIndex: index, mode: .native)
      let maps = try first.maps()
      let second = try ReflectorObject(.xsk, sharing: maps)
      let ids = [first.programDescriptor, second.programDescriptor].compactMap { LoadedProgram(descriptor: $0)?.id }
      #expect(Set(ids).count == 2)
      for (descriptor, id) in [(second.programDescriptor, ids[1]), (first.programDescriptor, ids[0])] {
        try link.watch.replace(with: descriptor)
        #expect(LoadedProgram.attached(toInterface: index) == LoadedProgram(descriptor: descriptor))
        #expect(LoadedProgram.attached(toInterface: index)?.id == id)
        #expect(link.watch.isAttached)
      }
      var session = reflector_session()
      session.queues = 3
      try maps.session.update(0, session)
      #expect(try second.maps().session.value(0)?.queues == 3)
      withExtendedLifetime(link) {}
    }
  }

  @Test func `for frames in several parts it attaches where the peer's MTU is too large for one`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa mtu 9000 type veth peer name fxb mtu 9000")
    try namespace.enter {
      let index = try Interface.find("fxa").index
      let first = try ReflectorObject(queues: 1, multiBuffer: true)
      let link = try XDPLink(program: first.programDescriptor, interfaceIndex: index, mode: .native)
      let attached = try #require(LoadedProgram.attached(toInterface: index))
      #expect(attached.name == "reflector_frags" && attached.isReflector)
      let second = try ReflectorObject(sharing: first.maps(), multiBuffer: true)
      try link.watch.replace(with: second.programDescriptor)
      #expect(LoadedProgram.attached(toInterface: index)?.id == LoadedProgram(descriptor: second.programDescriptor)?.id)
      let plain = try ReflectorObject(sharing: first.maps())
      let error = #expect(throws: SystemCallError.self) {
        try link.watch.replace(with: plain.programDescriptor)
      }
      #expect(error?.errno == .outOfRange)
      withExtendedLifetime(link) {}
    }
  }

  @Test(arguments: ReflectMode.allCases)
  func `the kernel datapath's program is another one, and known for a reflector's`(mode: ReflectMode) throws {
    let object = try ReflectorObject(.kernel(mode), queues: 2)
    let program = try #require(LoadedProgram(descriptor: object.programDescriptor))
    #expect(program.name == "reflector_tx" && program.isReflector)
    let maps = try object.maps()
    try maps.close(queue: 1)
    #expect(try maps.queueCounters.values(0).allSatisfy { $0.closed == 0 })
    #expect(try maps.queueCounters.values(1).allSatisfy { $0.closed == 1 && $0.reflected == 0 })
    let second = try ReflectorObject(.kernel(mode), sharing: maps)
    #expect(LoadedProgram(descriptor: second.programDescriptor)?.name == "reflector_tx")
  }

  @Test func `refusals are watched for as long as the watch lives`() throws {
    let object = try ReflectorObject(.kernel(.all), queues: 1)
    let watch = try RefusalWatch(1, namespace: 1, spreads: false, maps: object.maps())
    #expect(try object.maps().refusals.values(0).allSatisfy { $0.refused == 0 })
    withExtendedLifetime(watch) {}
  }

  @Test func `a far end's program is seen, in another namespace, too`() throws {
    let near = try TestNamespace()
    let far = try TestNamespace()
    try near.ip("link add fxa type veth peer name fxb netns \(far.name)")
    for gro in ["off", "on"] {
      try far.run("ethtool -K fxb gro \(gro)")
      let end = try near.enter { VethFarEnd.find(of: try Interface.find("fxa")).value }
      #expect(
        end?.interface == "fxb" && end?.namespace == far.name && end?.reception == (gro == "on" ? .late : .dropped))
    }
    let nearName = near.name
    try far.enter {
      let program = try XDPControl.PassProgram(interfaceIndex: try Interface.find("fxb").index)
      let end = try onThread {
        try NetworkNamespace.enter(named: nearName)
        return VethFarEnd.find(of: try Interface.find("fxa")).value
      }
      #expect(end?.reception == .taken)
      withExtendedLifetime(program) {}
    }
    let loopback = try near.enter { VethFarEnd.find(of: try Interface.find("lo")) }
    #expect(loopback == .absent)
  }

  @Test func `the driver's own words are told`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb mtu 9000")
    try namespace.enter {
      let index = try Interface.find("fxa").index
      let object = try ReflectorObject(queues: 1)
      do {
        _ = try XDPLink(program: object.programDescriptor, interfaceIndex: index, mode: .native)
        Issue.record("attached though the peer's MTU is too large")
      } catch let error as AttachError {
        #expect(error.cause.errno == .outOfRange)
        #expect(error.kernelMessage?.contains("MTU is too large") == true)
      }
      #expect(try Interface.find(index: index).xdp == nil, "asking for the words attached something")
    }
  }
}
