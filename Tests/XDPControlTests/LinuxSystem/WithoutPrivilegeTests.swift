import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

/// What anybody may know of the host: these run with and without root.
@Suite struct WithoutPrivilegeTests {
  @Test func `sysfs is the one of this namespace`() throws {
    #expect(
      try Sysfs().read("class/net/lo/mtu")
        == TextFile.read("/sys/class/net/lo/mtu").split(separator: "\n").first.map(String.init))
    #expect(try Sysfs().read("class/net/nope/mtu") == nil)
  }

  @Test func `facts of the loopback`() throws {
    let loopback = try Interface.find("lo")
    let theirs = try Command.json(Command.run("ip", "-j", "-d", "link", "show", "lo"))
    #expect(Int(loopback.mtu) == theirs["mtu"] as? Int)
    #expect(loopback.index == 1)
    #expect(try Interface.all().contains { $0.name == "lo" })
    #expect(try ReceiveQueues.of(loopback).inUse == 1)
  }

  @Test func `nothing stays open`() async {
    // In a process of its own, where no other test opens or closes anything meanwhile.
    await #expect(processExitsWith: .success) {
      func ask() throws {
        let loopback = try Interface.find("lo")
        _ = try? Interface.find("nope")
        _ = try InterfaceSurvey.all()
        _ = try DeviceFeatures.of(index: loopback.index)
        _ = try RingSizes.of(loopback)
        _ = try RSSTable.of(loopback)
        _ = try HashFields.of(.udp4, loopback)
        _ = try NICStatistic.all(of: loopback)
        _ = try? Channels.set(.init(combined: 3), of: loopback)
        _ = try CPU.all(in: Sysfs())
        _ = try Interrupt.all(ofInterface: "lo", sysfs: Sysfs(), procfs: Procfs())
        _ = try? Processes.first(named: "nobody's", in: Procfs())
        _ = try? Procfs(at: "/proc/self/stat")
        _ = try LinkMonitor()
        _ = try? TextFile.read("/proc/self")
        _ = try? NetworkNamespace.enter(named: "/etc/passwd")
        _ = try? LinkSettings.setMTU(1, index: 9999)
        _ = try? XDPProbe.afXDP()
      }
      func open() -> Int { (0..<1024).count { fcntl($0, F_GETFD) >= 0 } }
      try ask()
      let before = open()
      for _ in 0..<20 { try ask() }
      let after = open()
      guard before == after else { exit(1) }
    }
  }

  @Test(.enabled(if: Capabilities.current()?.has(.netAdmin) == false, "is about what CAP_NET_ADMIN is needed for"))
  func `without CAP_NET_ADMIN changes are refused`() throws {
    let error = try #require(throws: NetlinkError.self) { try LinkSettings.setMTU(65536, index: 1) }
    #expect(error.errno == .notPermitted)
  }

  @Test(.enabled(if: Capabilities.current()?.has(.sysAdmin) == false, "is about what CAP_SYS_ADMIN is needed for"))
  func `without CAP_SYS_ADMIN no namespace is entered`() throws {
    #expect(throws: NetworkNamespaceError.notPermitted("/proc/thread-self/ns/net")) {
      try onThread { try NetworkNamespace.enter(named: "/proc/thread-self/ns/net") }
    }
  }
}
