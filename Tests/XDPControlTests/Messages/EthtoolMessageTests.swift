import CMNL
import Glibc
import Testing

@testable import XDPControl

/// What the readers of settings make of answers, recorded from a kernel (6.18) or laid out like its own.
@Suite struct EthtoolMessageTests {
  private func decode<Value>(_ datagram: [UInt8], _ body: (RawSpan) -> Value?) -> Value? {
    var found: Value?
    NetlinkMessages.forEach(in: datagram.span.bytes) { _, payload in
      found = body(payload.extracting(droppingFirst: MemoryLayout<genlmsghdr>.size))
    }
    return found
  }

  /// Attributes alone, without a message around them.
  private func read<Value>(_ attributes: [(Int, [UInt8])], _ body: (RawSpan) -> Value) -> Value {
    var bytes: [UInt8] = []
    for (type, payload) in attributes {
      bytes += word(UInt16(4 + payload.count)) + word(UInt16(type)) + payload
      bytes += [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    }
    return body(bytes.span.bytes)
  }

  private func word(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  @Test func `rings, coalescing and speed of a virtio_net`() {
    #expect(
      decode(Recorded.rings) { RingSizes($0) }
        == RingSizes(receive: 256, transmit: 256, receiveMaximum: 256, transmitMaximum: 256))
    #expect(
      decode(Recorded.coalescing) { Coalescing($0) }
        == Coalescing(
          receiveMicroseconds: 0, receiveFrames: 1, transmitMicroseconds: 0, transmitFrames: 1,
          isReceiveAdaptive: false))
    #expect(decode(Recorded.speedUnknown) { Interface.speed($0) } == nil)
    #expect(decode(Recorded.speed) { Interface.speed($0) } == 10_000)
  }

  @Test func `a ring that the driver doesn't have is absent`() {
    #expect(
      read([(Int(ETHTOOL_A_RINGS_TX), word(UInt32(512)))]) { RingSizes($0) }
        == RingSizes(receive: nil, transmit: 512, receiveMaximum: nil, transmitMaximum: nil))
    #expect(read([]) { Coalescing($0) } == Coalescing())
  }

  @Test func `pause settings are three flags or nothing`() {
    let flags = [
      (Int(ETHTOOL_A_PAUSE_AUTONEG), [UInt8(1)]), (Int(ETHTOOL_A_PAUSE_RX), [0]), (Int(ETHTOOL_A_PAUSE_TX), [1]),
    ]
    #expect(
      read(flags) { PauseSettings($0) } == PauseSettings(isAutonegotiated: true, receive: false, transmit: true))
    for missing in 0..<3 {
      var some = flags
      some.remove(at: missing)
      #expect(read(some) { PauseSettings($0) } == nil)
    }
  }

  @Test func `an RSS table is a queue a slot, in 4 bytes each`() {
    let table: [UInt32] = [0, 1, 2, 3, 0, 1, 2, 300]
    #expect(read([(4, table.flatMap(word)), (5, [9, 9, 9])]) { RSSTable($0) }.queues == table)
    #expect(read([(4, table.flatMap(word).dropLast())]) { RSSTable($0) }.queues == Array(table.dropLast()))
    // Without RSS the kernel answers, and without a table.
    #expect(decode(Recorded.noTable) { RSSTable($0) } == RSSTable(queues: []))
  }

  @Test func `the hash function isn't written back, the input transformation is`() {
    let function = UInt32(bytes: [1, 2, 0, 0])
    #expect(EthtoolSocket.withoutFunction(function) == UInt32(bytes: [0, 2, 0, 0]))
  }

  @Test func `a feature that the kernel didn't switch`() {
    #expect(decode(Recorded.featureRefused) { DeviceFeatures.refused($0) } == ["rx-lro"])
    #expect(read([]) { DeviceFeatures.refused($0) }.isEmpty)
  }

  @Test func `only what differs is a change`() {
    typealias Change = EthtoolMessage.Change
    #expect(Change(1, UInt32(5), was: 5) == nil)
    #expect(Change(1, nil as UInt32?, was: 5) == nil)
    #expect(Change(1, false, was: false) == nil)
    #expect(Change(1, UInt32(5), was: 6) != nil && Change(1, UInt32(0), was: nil) != nil)
    #expect(Change(1, true, was: false) != nil && Change(1, false, was: nil) != nil)
  }

  @Test func `counters are names of 32 bytes, padded as the driver likes, and values`() {
    func name(_ text: String) -> [UInt8] {
      (Array(text.utf8) + [UInt8](repeating: 0, count: 32)).prefix(32).map(\.self)
    }
    let names = name("rx_packets") + name("tx_errors    ") + name("a name of 32 bytes, with no NUL!") + name("")
    let values = [UInt64(1), 2, UInt64.max, 4].flatMap(word)
    let statistics = NICStatistic.statistics(names: names.span.bytes, values: values.span.bytes)
    #expect(
      statistics == [
        NICStatistic(name: "rx_packets", value: 1), NICStatistic(name: "tx_errors", value: 2),
        NICStatistic(name: "a name of 32 bytes, with no NUL!", value: .max), NICStatistic(name: "", value: 4),
      ])
    let cut = Array(values.dropLast())
    #expect(NICStatistic.statistics(names: names.span.bytes, values: cut.span.bytes).count == 3)
  }
}

extension UInt32 {
  fileprivate init(bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }
}
