import ReflectorCore
import Testing

@Suite("Test frames")
struct TestFrameTests {
  private func frame(
    tags: Int = 0, network: NetworkHeader = Fixture.ipv4, checksum: TestFrame.UDPChecksum = .computed,
    payload: TestPayload = .ito(.probe), length: Int
  ) throws(TestFrameError) -> TestFrame {
    try TestFrame(
      source: Fixture.tester, destination: Fixture.reflector, tags: Array(repeating: VLANTag(vlan: 9), count: tags),
      network: network, udpChecksum: checksum, payload: payload, length: length, seed: 42)
  }

  @Test("have the length asked for", arguments: [60, 61, 64, 128, 1514, 9000, 9022])
  func lengths(length: Int) throws {
    #expect(try frame(length: length).bytes.count == length)
  }

  @Test("are matched by the rule of their payload")
  func rules() throws {
    let payloads: [TestPayload] =
      [.ito(.probe), .ito(.data, opaque: [1, 2, 3, 4, 5, 6]), .ito(.latency)]
      + ThroughputHeader.Kind.allCases.map { .throughput(ThroughputHeader(kind: $0)) }
    for (rule, payload) in payloads.enumerated() {
      for network in [Fixture.ipv4, Fixture.ipv6] {
        let length = TestFrame.shortestLength(tags: 2, network: network, payload: payload)
        let bytes = try frame(tags: 2, network: network, payload: payload, length: length).bytes
        #expect(try Fixture.classifier().classify(bytes) == .reflect(rule: rule))
      }
    }
  }

  @Test("the shortest are those that WIRE.md names")
  func shortest() {
    func shortest(_ network: NetworkHeader, tags: Int = 0) -> Int {
      TestFrame.shortestLength(tags: tags, network: network, payload: .ito(.probe))
    }
    #expect(shortest(Fixture.ipv4) == 60)
    #expect(shortest(Fixture.ipv6) == 74)
    #expect(shortest(Fixture.ipv4, tags: 2) == 62)
    #expect(shortest(Fixture.ipv6, tags: 2) == 82)
  }

  @Test("a throughput header stands as WIRE.md lays it out, cut short by a short frame")
  func throughput() throws {
    var header = ThroughputHeader(kind: .y1564, sequence: 0x0102_0304, stream: 0x0d0e_0f10)
    header.sentNanoseconds = 0x0506_0708_090a_0b0c
    header.flags = 0x11
    let expected = Array("Y.1564 ".utf8) + (1...0x11)
    let long = try frame(payload: .throughput(header), length: 100)
    #expect(Array(long.bytes[long.payloadOffset...].prefix(24)) == expected)
    let short = try frame(payload: .throughput(header), length: 60)
    #expect(Array(short.bytes[short.payloadOffset...]) == Array(expected[..<18]))
  }

  @Test("what can't be built is refused")
  func refused() {
    #expect(throws: TestFrameError.length(59, shortest: 60)) { try frame(length: 59) }
    #expect(throws: TestFrameError.length(9023, shortest: 60)) { try frame(length: 9023) }
    #expect(throws: TestFrameError.length(73, shortest: 74)) { try frame(network: Fixture.ipv6, length: 73) }
    #expect(throws: TestFrameError.tags(3)) { try frame(tags: 3, length: 100) }
    #expect(throws: TestFrameError.noChecksumOverIPv6) {
      try frame(network: Fixture.ipv6, checksum: .zero, length: 100)
    }
    for options in [1, 44] {
      var header = IPv4Header(source: IPv4Address(192, 0, 2, 1), destination: IPv4Address(192, 0, 2, 2))
      header.options = Array(repeating: 1, count: options)
      #expect(throws: TestFrameError.options(options)) { try frame(network: .ipv4(header), length: 200) }
    }
  }

  @Test("are filled by the seed's pattern, and a wrong byte is found")
  func fill() throws {
    let frame = try frame(length: 300)
    var payload = Array(frame.bytes[frame.payloadOffset...])
    #expect(frame.fill.firstDifference(in: payload, from: 12) == nil)
    #expect(frame.fill.firstDifference(in: payload, from: 0) == 0)
    payload[200] ^= 1
    #expect(frame.fill.firstDifference(in: payload, from: 12) == 200)
    #expect(FillPattern(seed: 43).firstDifference(in: payload, from: 12) != nil)
  }

  @Test("the pattern is the generator's numbers, by their index")
  func pattern() {
    var random = SplitMix64(seed: testSeed)
    for index in 0..<100 { #expect(SplitMix64.value(seed: testSeed, index: index) == random.next()) }
    // The first number that the published generator makes of seed 0.
    var known = SplitMix64(seed: 0)
    #expect(known.next() == 0xe220_a839_7b1d_cdaf)
  }

  @Test("a UDP checksum that comes out as 0 is written as 0xffff")
  func zeroChecksum() throws {
    // Two payload bytes that are the checksum themselves make the sum all ones.
    let zero = try frame(payload: .raw([0, 0]), length: 60).bytes
    let sum = UInt16(zero[40]) << 8 | UInt16(zero[41])
    let bytes = try frame(payload: .raw(sum.bigEndianBytes), length: 60).bytes
    #expect(Array(bytes[40...41]) == [0xff, 0xff])
  }

  @Test("checksum of RFC 1071's own example")
  func checksum() {
    #expect(InternetChecksum.of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]) == ~0xddf2)
    #expect(InternetChecksum.of([] as [UInt8]) == 0xffff)
    #expect(InternetChecksum.of([0xab]) == ~0xab00)
  }
}
