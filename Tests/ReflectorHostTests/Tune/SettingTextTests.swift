import Testing

@testable import ReflectorHost
@testable import XDPControl

/// Names and values as text: what is shown is what is kept, and comes back as the same.
struct SettingTextTests {
  static let examples: [(Setting, SettingValue, String)] = [
    (.feature("rx-lro"), .isOn(true), "on"),
    (.peerChecksum, .isOn(false), "off"),
    (.pause, .pause(PauseSettings(isAutonegotiated: true, receive: false, transmit: true)), "autoneg on rx off tx on"),
    (
      .rings, .rings(RingSizes(receive: 256, transmit: 512, receiveMaximum: nil, transmitMaximum: nil)), "rx 256 tx 512"
    ),
    (.rings, .rings(RingSizes(receive: nil, transmit: 512, receiveMaximum: nil, transmitMaximum: nil)), "tx 512"),
    (.channels, .channels(.init(combined: 4)), "combined 4"),
    (.channels, .channels(.init(receive: 2, transmit: 3)), "rx 2 tx 3"),
    (.rssTable, .table(.equal(over: [0, 1, 2, 3], slots: 128)), "128 slots over 0-3"),
    (.rssTable, .table(.equal(over: [1], slots: 3)), "3 slots over 1"),
    (.rssTable, .table(RSSTable(queues: [0, 0, 1, 1, 0])), "5 slots: 2*0 2*1 1*0"),
    (.hashFields(.udp4), .hashFields(.addressesAndPorts), "sdfn"),
    (.hashFields(.udp6), .hashFields([]), "-"),
    (.hashFields(.udp6), .hashFields(HashFields(rawValue: 1 << 31 | 2)), "0x80000002"),
    (
      .coalescing, .coalescing(Coalescing(receiveMicroseconds: 0, isReceiveAdaptive: false)),
      "adaptive-rx off rx-usecs 0"
    ),
    (
      .coalescing,
      .coalescing(
        Coalescing(
          receiveMicroseconds: 1, receiveFrames: 2, transmitMicroseconds: 3, transmitFrames: 4, isReceiveAdaptive: true,
          isTransmitAdaptive: false)),
      "adaptive-rx on adaptive-tx off rx-usecs 1 rx-frames 2 tx-usecs 3 tx-frames 4"
    ),
    (.interrupt(40), .cpus([0, 1, 2, 5]), "0-2,5"),
    (
      .napi, .napi(NAPISettings(deferHardIRQs: 8, groFlushTimeout: 20_000)),
      "defer 8 flush 20000"
    ),
    (.governor(3), .governor("schedutil"), "schedutil"),
    (.hugePages, .pages(32), "32"),
  ]

  @Test(arguments: examples.indices) func `a value is the same after a trip through text`(index: Int) {
    let (setting, value, text) = Self.examples[index]
    #expect(value.description == text)
    #expect(SettingValue(text, of: setting) == value)
    #expect(Setting(setting.description) == setting)
  }

  @Test(arguments: [
    (Setting.pause, "autoneg on"), (.rings, "rx"), (.rssTable, "4 slots over"), (.rssTable, "4 slots: 3*0"),
    (.rssTable, "4 slots: 5*0"), (.rssTable, "0 slots over 0"), (.rssTable, "4 slots over "), (.feature("x"), "yes"),
    (.hashFields(.udp4), "sdq"), (.hashFields(.udp4), "0xz"), (.interrupt(1), "3-1"), (.napi, "8"), (.hugePages, "-"),
    (.governor(0), ""),
  ]) func `what is no value is refused`(setting: Setting, text: String) {
    #expect(SettingValue(text, of: setting) == nil)
  }

  @Test(arguments: ["", "ring", "irq x", "governor 3", "governor cpux", "hash tcp4", "feature"])
  func `what is no name is refused`(name: String) {
    #expect(Setting(name) == nil)
  }

  @Test func `an adaptive NIC's own choice of the moment is no difference`() {
    let wanted = SettingValue.coalescing(Coalescing(receiveMicroseconds: 50, isReceiveAdaptive: true))
    #expect(wanted.isMet(by: .coalescing(Coalescing(receiveMicroseconds: 8, isReceiveAdaptive: true))))
    #expect(!wanted.isMet(by: .coalescing(Coalescing(receiveMicroseconds: 50, isReceiveAdaptive: false))))
  }

  @Test func `an equal table is one in which each has its share, in whatever order`() {
    #expect(RSSTable(queues: [0, 0, 1, 1]).isEqual(over: [0, 1]))
    #expect(RSSTable(queues: [1, 0, 1, 0, 1]).isEqual(over: [0, 1]))
    #expect(!RSSTable(queues: [0, 0, 0, 1]).isEqual(over: [0, 1]))
    #expect(!RSSTable(queues: [0, 1, 2, 0]).isEqual(over: [0, 1]))
    #expect(!RSSTable(queues: [0, 1, 0, 1]).isEqual(over: [0, 1, 2]))
  }
}
