import CMNL
import Glibc
import LinuxSystem
import ReflectorCore
import Testing

@testable import XDPControl

@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct InterfaceAddressTests {
  @Test func `addresses come with their networks, those of other interfaces don't`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    try namespace.ip("addr add 192.0.2.2/24 dev fxa")
    try namespace.ip("addr add 198.51.100.1 peer 203.0.113.9/32 dev fxa")
    try namespace.ip("addr add 2001:db8:1::2/64 dev fxa")
    try namespace.ip("addr add 10.0.0.1/8 dev fxb")
    let found = try namespace.enter { try InterfaceAddress.all(ofInterface: Interface.find("fxa").index) }
    let expected = [
      ("192.0.2.2", "192.0.2.0/24"), ("198.51.100.1", "203.0.113.9/32"), ("2001:db8:1::2", "2001:db8:1::/64"),
    ]
    #expect(
      try Set(found)
        == Set(
          expected.map {
            InterfaceAddress(address: try #require(IPAddress($0.0)), network: try Network(parsing: $0.1))
          }))
  }

  @Test func `the monitor tells that an interface got an address, and that it lost it`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    let name = namespace.name
    let (index, heard) = try namespace.enter {
      let index = try Interface.find("fxa").index
      var monitor = try LinkMonitor()
      var heard: [LinkEvent?] = []
      for command in ["add", "del"] {
        try Command.run("ip", "-n", name, "addr", command, "192.0.2.2/24", "dev", "fxa")
        var entry = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, 5000)
        heard.append(try monitor.next())
        while try monitor.next() != nil {}
      }
      return (index, heard)
    }
    #expect(heard == [.addresses(index: index), .addresses(index: index)])
  }

  @Test func `a message that is cut short, or has an impossible prefix, is none`() {
    func address(_ bytes: [UInt8]) -> InterfaceAddress? {
      InterfaceAddress(
        NetlinkHeader(type: Int(RTM_NEWADDR), flags: 0, sequence: 0, portID: 0), bytes.span.bytes, interface: 3)
    }
    let header: [UInt8] = [2, 24, 0, 0, 3, 0, 0, 0]
    let local: [UInt8] = [8, 0, UInt8(IFA_LOCAL), 0, 192, 0, 2, 2]
    let whole = header + local
    #expect(address(whole)?.network.description == "192.0.2.0/24")
    for length in 0..<whole.count { #expect(address(Array(whole[..<length])) == nil) }
    #expect(address([2, 33, 0, 0, 3, 0, 0, 0] + local) == nil)
    #expect(address([2, 24, 0, 0, 4, 0, 0, 0] + local) == nil, "another interface's")
    #expect(address(header + [7, 0, UInt8(IFA_LOCAL), 0, 192, 0, 2, 0]) == nil, "three bytes are no address")
  }
}
