import Testing

@testable import XDPControl

struct PinNameTests {
  @Test(arguments: [
    ("eth0", nil, "eth0"),
    ("eth0", "lab", "eth0@lab"),
    // bpffs refuses dots.
    ("eth0.100", nil, "eth0%2e100"),
    ("eth0", "a.b", "eth0@a%2eb"),
    // What separates and what escapes is escaped itself, or two places could share a name.
    ("eth0@lab", nil, "eth0%40lab"),
    ("100%", "x/y", "100%25@x%2fy"),
    ("büro0", nil, "büro0"),
  ])
  func `is unique and allowed`(interface: String, namespace: String?, name: String) {
    #expect(PinName(interface: interface, namespace: namespace).description == name)
  }
}

struct XSKHolderTests {
  private static let ring = "7f00-7f01 rw-s 100000000 00:08 4711 socket:[4711]"

  @Test func `a mapped fill ring tells an AF_XDP socket`() {
    #expect(XSKHolder.mapsFillRing("55aa-55ab r-xp 00000000 fe:00 1 /usr/bin/x\n\(Self.ring)\n"))
  }

  @Test(arguments: [
    "", "7f00-7f01 rw-s 100000000 00:08 4711", "7f00-7f01 rw-s 00000000 00:08 4711 socket:[4711]",
    "7f00-7f01 rw-s 100000000 00:08 4711 /dev/mem", "100000000 socket:[1]",
  ])
  func `other mappings don't`(maps: String) {
    #expect(!XSKHolder.mapsFillRing(maps))
  }
}
