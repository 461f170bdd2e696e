import CMNL
import Testing

@testable import XDPControl

/// Bytes that no kernel sends: nothing may trap, and nothing may be read that isn't there.
@Suite struct HostileMessageTests {
  /// Every reader over one datagram; the number of attributes seen.
  @discardableResult
  private func readAll(_ datagram: [UInt8]) -> Int {
    let bytes = datagram.span.bytes
    var seen = 0
    _ = LinkMonitor.events(in: bytes)
    NetlinkMessages.forEach(in: bytes) { header, payload in
      for type in [header.type, Int(RTM_NEWLINK)] {
        var header = header
        header.type = type
        _ = Interface(header, payload)
      }
      _ = NetlinkMessages.verdict(ofError: payload, flags: header.flags)
      _ = NetlinkMessages.verdict(ofDone: payload, flags: header.flags)
      _ = GenericNetlink.familyID(payload)
      for offset in [0, 4, 16] {
        let attributes = payload.extracting(droppingFirst: offset)
        _ = XDPFeatures(attributes)
        _ = DeviceFeatures(attributes)
        _ = ReceiveQueues.receiveQueue(attributes)
        _ = RingSizes(attributes)
        _ = Coalescing(attributes)
        _ = PauseSettings(attributes)
        _ = RSSTable(attributes)
        _ = Interface.speed(attributes)
        _ = DeviceFeatures.refused(attributes)
        NetlinkAttributes.forEach(in: attributes) { _, value in
          seen += 1
          _ = value.octets()
          _ = value.uint()
        }
      }
    }
    return seen
  }

  @Test func `datagrams cut short anywhere`() {
    for datagram in Recorded.all {
      for length in 0..<datagram.count { readAll(Array(datagram[..<length])) }
    }
  }

  @Test func `a message whose attributes are cut short keeps those before`() throws {
    // The length in the header goes along, so that only the attributes end too early.
    for length in 16..<Recorded.link.count {
      var datagram = Array(Recorded.link[..<length])
      datagram.replaceSubrange(0..<4, with: withUnsafeBytes(of: UInt32(length), Array.init))
      var links: [Interface] = []
      NetlinkMessages.forEach(in: datagram.span.bytes) { if let link = Interface($0, $1) { links.append(link) } }
      // Header 16, ifinfomsg 16, then the name: an attribute of 8 bytes.
      #expect(links.map(\.name) == (length >= 40 ? ["fxa"] : []), "length \(length)")
    }
  }

  @Test func `random damage`() {
    var random = SplitMix(state: 0x5eed_0001)
    var seen = 0
    for _ in 0..<20_000 {
      guard var datagram = Recorded.all.randomElement(using: &random) else { return }
      for _ in 0...random.next(below: 8) {
        // Extreme values where lengths are, more often than chance would put them there.
        let value = [0, 1, 3, 4, 5, 0x7f, 0x80, 0xff, UInt8(random.next(below: 256))][random.next(below: 9)]
        datagram[random.next(below: datagram.count)] = value
      }
      seen += readAll(datagram)
    }
    // Had the damage always hit the header, nothing would have been tested.
    #expect(seen > 100_000)
  }

  @Test(arguments: [
    [UInt8](), [4], [4, 0, 1], [0, 0, 1, 0], [3, 0, 1, 0], [5, 0, 1, 0], [255, 255, 1, 0, 1, 2, 3, 4],
  ])
  func `attributes that can't be are none`(bytes: [UInt8]) {
    var count = 0
    NetlinkAttributes.forEach(in: bytes.span.bytes) { _, _ in count += 1 }
    #expect(count == 0)
  }

  @Test func `an empty attribute and a last one without padding are read`() {
    let bytes: [UInt8] = [4, 0, 9, 0x80, 5, 0, 8, 0x40, 77]
    var read: [Int: [UInt8]] = [:]
    NetlinkAttributes.forEach(in: bytes.span.bytes) { read[$0] = $1.octets() }
    // NLA_F_NESTED and NLA_F_NET_BYTEORDER are no part of the type.
    #expect(read == [9: [], 8: [77]])
  }

  @Test func `numbers past the end are absent`() {
    let bytes: [UInt8] = [1, 2, 3]
    let span = bytes.span.bytes
    #expect(span.u32() == nil && span.u64() == nil && span.uint() == nil)
    #expect(span.u16(at: 1) == 0x0302 && span.u16(at: 2) == nil)
    #expect(span.u8(at: 3) == nil && span.u8(at: -1) == nil)
  }
}

/// Reproducible random numbers (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
