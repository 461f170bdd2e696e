import ReflectorCore
import Testing

@Suite("Rewriting in place")
struct ReflectTests {
  @Test("agrees with frames built anew, and twice gives the frame back", arguments: ReflectMode.allCases)
  func generated(mode: ReflectMode) throws {
    var generator = FrameGenerator(seed: testSeed)
    for index in 0..<3_000 {
      let frame = try generator.next()
      let sent = frame.bytes
      let once = mode.reflecting(sent)
      let note: Comment = "seed \(testSeed), frame \(index): \(sent.hexadecimalText)"
      try #require(once.done, note)
      try #require(once.bytes == frame.reflected(mode).bytes, note)
      try #require(mode.reflecting(once.bytes).bytes == sent, note)
      try #require(Self.differences(sent, once.bytes).isSubset(of: Self.swapped(mode, frame)), note)
      try #require(Self.checksumsAreRight(frame, once.bytes), note)
    }
  }

  @Test("takes any bytes of any length, and leaves alone what it refuses")
  func anyBytes() throws {
    var random = SplitMix64(seed: testSeed)
    var rewritten = 0
    for _ in 0..<3_000 {
      var bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      Self.makePlausible(&bytes, &random)
      for mode in ReflectMode.allCases {
        let once = mode.reflecting(bytes)
        if once.done { rewritten += 1 }
        let note: Comment = "seed \(testSeed), \(mode): \(bytes.hexadecimalText)"
        try #require(once.done || once.bytes == bytes, note)
        let twice = mode.reflecting(once.bytes)
        try #require(twice.done == once.done && twice.bytes == bytes, note)
      }
    }
    #expect(rewritten > 100, "too few of the frames are rewritten to mean anything")
  }

  @Test("takes the longest frame there can be")
  func longest() {
    let bytes = GoldenFrame.all[0].sent + Array(repeating: 0x5a, count: 65535 - GoldenFrame.all[0].sent.count)
    let result = ReflectMode.all.reflecting(bytes)
    #expect(result.done)
    #expect(result.bytes[100...] == bytes[100...])
  }

  @Test("refuses what isn't whole, unfragmented UDP, the same in all modes")
  func refused() throws {
    let ipv4 = GoldenFrame.all[0].sent
    let ipv6 = try #require(GoldenFrame.all.first { $0.network == "ipv6" }).sent
    let cases: [(what: String, frame: [UInt8], offset: Int, byte: UInt8)] = [
      ("EtherType", ipv4, 13, 6), ("a third tag", GoldenFrame.all[2].sent, 20, 0x81), ("version 5", ipv4, 14, 0x55),
      ("IHL 4", ipv4, 14, 0x44), ("IHL 15 of a short frame", ipv4, 14, 0x4f),
      ("more fragments", ipv4, 20, 0x20), ("an offset", ipv4, 21, 1), ("TCP", ipv4, 23, 6),
      ("IPv6 version", ipv6, 14, 0x40), ("IPv6 fragment", ipv6, 20, 44), ("IPv6 hop-by-hop", ipv6, 20, 0),
    ]
    for (what, frame, offset, byte) in cases {
      var frame = frame
      frame[offset] = byte
      for mode in ReflectMode.allCases {
        let result = mode.reflecting(frame)
        #expect(!result.done && result.bytes == frame, "\(what), \(mode)")
      }
    }
  }

  @Test("never refuses what the classifier reflects")
  func classifierImplies() throws {
    let classifier = Classifier(mac: Fixture.reflector, oui: nil, table: try RuleTable([]))
    var generator = FrameGenerator(seed: testSeed)
    var whole = 0
    for _ in 0..<3_000 {
      var bytes = try generator.next().bytes
      bytes.replaceSubrange(0..<6, with: Fixture.reflector.bytes)
      bytes[Int.random(in: 12..<bytes.count, using: &generator.random)] ^=
        1 << UInt8.random(in: 0..<8, using: &generator.random)
      // Without rules every frame whose headers are right ends here.
      guard classifier.classify(bytes) == .pass(.otherPort) else { continue }
      whole += 1
      try #require(ReflectMode.all.reflecting(bytes).done, "seed \(testSeed): \(bytes.hexadecimalText)")
    }
    #expect(whole > 100, "too few of the frames parse to mean anything")
  }

  private static func differences(_ left: [UInt8], _ right: [UInt8]) -> Set<Int> {
    Set(left.indices.filter { left[$0] != right[$0] })
  }

  /// Where the fields stand that a mode swaps.
  private static func swapped(_ mode: ReflectMode, _ frame: TestFrame) -> Set<Int> {
    var offsets = Set(0..<12)
    if mode == .mac { return offsets }
    let addresses =
      switch frame.network {
      case .ipv4: frame.networkOffset + 12..<frame.networkOffset + 20
      case .ipv6: frame.networkOffset + 8..<frame.networkOffset + 40
      }
    offsets.formUnion(addresses)
    if mode == .all { offsets.formUnion(frame.udpOffset..<frame.udpOffset + 4) }
    return offsets
  }

  /// A sum over bytes that hold their own checksum is 0, whatever the pseudo header's order.
  private static func checksumsAreRight(_ frame: TestFrame, _ bytes: [UInt8]) -> Bool {
    let udp = bytes[frame.udpOffset...]
    let length = UInt32(udp.count).bigEndianBytes
    let addresses: ArraySlice<UInt8>
    switch frame.network {
    case .ipv4:
      guard InternetChecksum.of(bytes[frame.networkOffset..<frame.udpOffset]) == 0 else { return false }
      addresses = bytes[frame.networkOffset + 12..<frame.networkOffset + 20]
    case .ipv6: addresses = bytes[frame.networkOffset + 8..<frame.networkOffset + 40]
    }
    if frame.udpChecksum == .zero { return udp[frame.udpOffset + 6] == 0 && udp[frame.udpOffset + 7] == 0 }
    return InternetChecksum.of(addresses + [0, 17] + length + udp) == 0
  }

  /// Random bytes are hardly ever IP: sets some fields to what they would be in a frame.
  private static func makePlausible(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard bytes.count > 60 else { return }
    var l3 = 14
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      bytes.put(Bool.random(using: &random) ? 0x8100 : 0x88a8, at: l3 - 2)
      l3 += 4
    }
    if Bool.random(using: &random) {
      bytes.put(0x0800, at: l3 - 2)
      bytes[l3] = 0x40 | bytes[l3] & 0xf
      bytes.put(0x4000 & UInt16(bytes[l3 + 6]) << 8, at: l3 + 6)
      bytes[l3 + 9] = 17
    } else {
      bytes.put(0x86dd, at: l3 - 2)
      bytes[l3] = 0x60 | bytes[l3] & 0xf
      bytes[l3 + 6] = 17
    }
  }
}
