import ReflectorCore
import Testing

@Suite("Golden frames, made by scapy")
struct GoldenFrameTests {
  @Test("there is one for every combination")
  func combinations() {
    #expect(GoldenFrame.all.count == 16)
    #expect(Set(GoldenFrame.all.map(\.testDescription)).count == 16)
    #expect(Set(GoldenFrame.all.map(\.sent)).count == 16)
  }

  @Test("are classified as the tester's data rule", arguments: GoldenFrame.all)
  func classified(frame: GoldenFrame) throws {
    #expect(try Fixture.classifier().classify(frame.sent) == .reflect(rule: 1))
  }

  @Test("come back as scapy builds them", arguments: GoldenFrame.all, ReflectMode.allCases)
  func returned(frame: GoldenFrame, mode: ReflectMode) {
    let result = mode.reflecting(frame.sent)
    #expect(result.done)
    #expect(result.bytes.hexadecimalText == frame.returned[mode]?.hexadecimalText)
  }

  @Test("are what TestFrame builds, sent and returned", arguments: GoldenFrame.all, ReflectMode.allCases)
  func testFrame(frame: GoldenFrame, mode: ReflectMode) throws {
    let built = try self.built(frame)
    #expect(built.bytes.hexadecimalText == frame.sent.hexadecimalText)
    #expect(built.reflected(mode).bytes.hexadecimalText == frame.returned[mode]?.hexadecimalText)
    #expect(built.udpOffset == frame.udpOffset)
  }

  /// Cut off anywhere, a frame's IP length doesn't fit any more, if there is an IP header at all.
  @Test("cut off at every length, pass for the right reason", arguments: GoldenFrame.all)
  func cutClassified(frame: GoldenFrame) throws {
    let classifier = try Fixture.classifier()
    for length in 0..<frame.sent.count {
      let expected: PassReason = length < 14 + frame.tagsLength ? .truncated : .malformedIP
      #expect(classifier.classify(Array(frame.sent[..<length])) == .pass(expected), "\(length) bytes")
    }
  }

  @Test("cut off at every length, are rewritten if the headers are whole", arguments: GoldenFrame.all)
  func cutReflected(frame: GoldenFrame) throws {
    for mode in ReflectMode.allCases {
      let whole = try #require(frame.returned[mode])
      for length in 0..<frame.sent.count {
        let result = mode.reflecting(Array(frame.sent[..<length]))
        #expect(result.done == (length >= frame.udpOffset + 8), "\(mode), \(length) bytes")
        #expect(result.bytes == Array((result.done ? whole : frame.sent)[..<length]), "\(mode), \(length) bytes")
      }
    }
  }

  /// The same fields as in golden.py.
  private func built(_ frame: GoldenFrame) throws -> TestFrame {
    let tags: [String: [VLANTag]] = [
      "untagged": [],
      "dot1q": [VLANTag(vlan: 100, priority: 5)],
      "qinq-88a8-8100": [
        VLANTag(protocolID: 0x88a8, vlan: 2000, priority: 3, dropEligible: true), VLANTag(vlan: 7, priority: 6),
      ],
      "qinq-8100-8100": [VLANTag(vlan: 4094, priority: 1), VLANTag(vlan: 1, priority: 7)],
    ]
    return try TestFrame(
      source: Fixture.tester, destination: Fixture.reflector, tags: #require(tags[frame.tags]),
      network: network(frame.network), sourcePort: 50001, destinationPort: 3842,
      udpChecksum: frame.network == "ipv4-no-checksum" ? .zero : .computed,
      payload: .raw([0xa1, 0xb2, 0xc3, 0xd4, 0xe5] + Array("DATA:OT".utf8) + (0x30...0x40)), length: frame.sent.count)
  }

  private func network(_ name: String) throws -> NetworkHeader {
    guard name != "ipv6" else {
      var header = try IPv6Header(
        source: #require(IPv6Address("2001:db8::77")), destination: #require(IPv6Address("2001:db8:ffff::1")))
      header.trafficClass = 0xb9
      header.flowLabel = 0xabcde
      header.hopLimit = 62
      return .ipv6(header)
    }
    var header = try IPv4Header(
      source: #require(IPv4Address("192.0.2.77")), destination: #require(IPv4Address("198.51.100.1")))
    header.trafficClass = 0xb8
    header.identification = 0xbeef
    header.doNotFragment = true
    header.timeToLive = 63
    if name == "ipv4-options" { header.options = [0x94, 0x04, 0, 0, 1, 1, 1, 0] }
    return .ipv4(header)
  }
}
