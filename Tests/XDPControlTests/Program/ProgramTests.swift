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
    #expect(Set(try maps.ports.keys()) == [3842])
    #expect(try maps.ports.value(3842)?.count == 2, "ITO's shape and the any-port rule's")
    #expect(try maps.signatures.keys().count == 4)
    let rule = try #require(try maps.signatures.value(reflector_signature(own)))
    #expect(rule.id == 3)
    let config = try #require(try maps.config.value(0))
    #expect(config.any_oui == 1 && config.any_port.count == 1)
    #expect(MACAddress(config.mac) == mac)
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
      let second = try ReflectorObject(sharing: maps)
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
