import ReflectorCore
import Testing

@Suite("Addresses")
struct AddressTests {
  @Test("MAC addresses are read and written")
  func mac() throws {
    let address = try #require(MACAddress("00:C0:17:0a:0B:0c"))
    #expect(address == MACAddress(0x00, 0xc0, 0x17, 0x0a, 0x0b, 0x0c))
    #expect(address == MACAddress("00-c0-17-0a-0b-0c"))
    #expect(address == MACAddress(address.tuple))
    #expect(address == MACAddress(bytes: address.bytes))
    #expect(address.bytes == [0x00, 0xc0, 0x17, 0x0a, 0x0b, 0x0c])
    #expect(address.description == "00:c0:17:0a:0b:0c")
    #expect(address.oui == .netAlly)
    #expect(!address.isMulticast)
    #expect(MACAddress(bytes: [1, 2, 3, 4, 5]) == nil)
  }

  @Test("the group bit is the first byte's lowest")
  func multicast() {
    #expect(MACAddress(0x01, 0x00, 0x5e, 0, 0, 1).isMulticast)
    #expect(MACAddress(0xff, 0xff, 0xff, 0xff, 0xff, 0xff).isMulticast)
    #expect(!MACAddress(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff).isMulticast)
  }

  @Test(
    "what isn't a MAC address is refused",
    arguments: [
      "", "00:c0:17:0a:0b", "00:c0:17:0a:0b:0c:0d", "0:c0:17:0a:0b:0c", "00:c0:17:0a:0b:0g", "00c0170a0b0c",
      "00:c0-17:0a:0b:0c", "+0:c0:17:0a:0b:0c", "00:c0:17:0a:0b:0c ", "00:c0::0a:0b:0c", "000:c0:17:0a:0b:0",
    ])
  func badMAC(text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test("OUIs are read and written")
  func oui() throws {
    #expect(OUI("00:c0:17") == .netAlly)
    #expect(OUI("00-C0-17") == .netAlly)
    #expect(OUI.netAlly.description == "00:c0:17")
    #expect(OUI(1, 2, 3).tuple == (1, 2, 3))
    for text in ["", "00:c0", "00:c0:17:0a", "00c017", "00:c0:1", "xx:c0:17"] { #expect(OUI(text) == nil, "\(text)") }
  }

  @Test("IPv4 addresses are read and written", arguments: ["0.0.0.0", "192.0.2.1", "255.255.255.255", "10.0.100.9"])
  func ipv4(text: String) throws {
    let address = try #require(IPv4Address(text))
    #expect(address.description == text)
    #expect(IPv4Address(address.bytes[0], address.bytes[1], address.bytes[2], address.bytes[3]) == address)
  }

  @Test(
    "what isn't an IPv4 address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1..2.3", "1.2.3.+4", "1.2.3.4 ", "a.b.c.d", "1.2.3.٤",
    ])
  func badIPv4(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test(
    "IPv6 addresses are written as RFC 5952 says",
    arguments: [
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"), ("2001:DB8::0:1", "2001:db8::1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("::ffff:192.0.2.1", "::ffff:c000:201"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
      ("fe80::0001:00ab", "fe80::1:ab"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
  func ipv6(text: String, canonical: String) throws {
    let address = try #require(IPv6Address(text))
    #expect(address.description == canonical)
    #expect(IPv6Address(canonical) == address)
    #expect(address.bytes.reduce(0) { $0 << 8 | UInt128($1) } == address.rawValue)
  }

  @Test(
    "what isn't an IPv6 address is refused",
    arguments: [
      "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "1::2::3", ":1::", "1:::2",
      "12345::", "g::", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "::1 ", "1:2:3:4:5:6:7:1.2.3.4", "+1::",
    ])
  func badIPv6(text: String) {
    #expect(IPv6Address(text) == nil)
  }

  @Test("IPv6 addresses come back from their own text")
  func roundTrip() {
    var random = SplitMix64(seed: testSeed)
    for _ in 0..<2_000 {
      // Half of the groups are 0, so that runs of all lengths appear.
      let groups = (0..<8).map { _ in
        Bool.random(using: &random) ? 0 : UInt16.random(in: 0...UInt16.max, using: &random)
      }
      let address = IPv6Address(rawValue: groups.reduce(0) { $0 << 16 | UInt128($1) })
      #expect(IPv6Address(address.description) == address, "seed \(testSeed): \(groups)")
    }
  }
}
