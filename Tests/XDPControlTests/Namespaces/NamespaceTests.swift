import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct NamespaceTests {
  @Test func `a thread enters, and only that thread`() throws {
    let namespace = try TestNamespace()
    let before = try #require(NetworkNamespace.currentInode)
    let inside = try #require(try namespace.enter { NetworkNamespace.currentInode })
    #expect(inside != before)
    #expect(try onThread { NetworkNamespace.currentInode } == before)
    let listed = try Command.run("stat", "-L", "-c", "%i", "/run/netns/\(namespace.name)")
    #expect("\(inside)\n" == listed)
    #expect(NetworkNamespace.name(ofInode: inside) == namespace.name)
    #expect(NetworkNamespace.name(ofInode: 1) == nil)
  }

  @Test func `the first process's namespace, if it may be read`() throws {
    // Reading it takes CAP_SYS_PTRACE, which root in a container may lack.
    let theirs = try Command.run("sh", "-c", "stat -L -c %i /proc/1/ns/net 2>/dev/null || echo nil")
    #expect((NetworkNamespace.initialInode.map { "\($0)" } ?? "nil") + "\n" == theirs)
  }

  @Test func `by path too`() throws {
    let namespace = try TestNamespace()
    let path = "/run/netns/\(namespace.name)"
    let inside = try onThread {
      try NetworkNamespace.enter(named: path)
      return NetworkNamespace.currentInode
    }
    #expect(inside == (try namespace.enter { NetworkNamespace.currentInode }))
  }

  @Test(arguments: ["fx-nowhere", "", ".", "..", "/nowhere/ns"])
  func `names that don't exist`(name: String) throws {
    #expect(throws: NetworkNamespaceError.noSuchName(name)) {
      try onThread { try NetworkNamespace.enter(named: name) }
    }
  }

  @Test(arguments: ["/etc/passwd", "/proc/self/ns/uts"])
  func `files that are no network namespace`(path: String) throws {
    #expect(throws: NetworkNamespaceError.notANamespace(path)) {
      try onThread { try NetworkNamespace.enter(named: path) }
    }
  }

  @Test func `sysfs shows the namespace's devices and not the host's`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxsysfs mtu 1234 type veth peer name fxb")
    let (mtu, stranger) = try namespace.enter {
      let sysfs = try Sysfs()
      return (sysfs.read("class/net/fxsysfs/mtu"), sysfs.read("class/net/eth0/mtu"))
    }
    #expect(mtu == "1234")
    #expect(stranger == nil)
    #expect(try Sysfs().read("class/net/fxsysfs/mtu") == nil)
    #expect(access("/sys/class/net/fxsysfs", F_OK) != 0)
  }

  @Test func `a device's directory outlives its name`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa mtu 1234 type veth peer name fxb")
    let name = namespace.name
    let mtu = try namespace.enter {
      let device = try Sysfs().directory("class/net/fxa")
      try Command.run("ip", "-n", name, "link", "set", "fxa", "name", "fxrenamed")
      return device.read("mtu")
    }
    #expect(mtu == "1234")
  }

  @Test func `sysfs writes, and the kernel's refusal comes back`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.enter { try Sysfs().write("class/net/fxa/mtu", "1400") }
    #expect(try Command.json(namespace.ip("-j link show fxa"))["mtu"] as? Int == 1400)
    let error = try #require(throws: SystemCallError.self) {
      try namespace.enter { try Sysfs().write("class/net/fxa/mtu", "10") }
    }
    #expect(error == SystemCallError("write class/net/fxa/mtu", .invalidArgument))
  }
}
