import ReflectorCore
import Testing

/// A frame that is reflected, changed in one place or two.
private struct Change: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let reason: PassReason
  var frame = GoldenFrame.all[0]
  let change: @Sendable (inout [UInt8]) -> Void

  init(_ what: String, _ reason: PassReason, ipv6: Bool = false, _ change: @escaping @Sendable (inout [UInt8]) -> Void)
  {
    testDescription = what
    self.reason = reason
    self.change = change
    if ipv6 { frame = GoldenFrame.all.first { $0.network == "ipv6" }! }
  }

  static let all: [Change] = [
    Change("nothing", .truncated) { $0 = [] },
    Change("13 bytes", .truncated) { $0 = Array($0[..<13]) },
    Change("half a tag", .truncated) { $0 = Array($0[..<12]) + [0x81, 0x00, 0, 1, 8] },
    Change("half a second tag", .truncated) { $0 = Array($0[..<12]) + [0x88, 0xa8, 0, 1, 0x81, 0, 1] },
    Change("multicast to us", .multicastDestination) { $0[0] |= 1 },
    Change("broadcast", .multicastDestination) { $0.replaceSubrange(0..<6, with: repeatElement(0xff, count: 6)) },
    Change("to somebody else", .foreignDestination) { $0[5] ^= 1 },
    Change("from a group", .multicastSource) { $0[6] |= 1 },
    Change("from ourselves", .ownSource) { $0.replaceSubrange(6..<12, with: Fixture.reflector.bytes) },
    Change("three tags", .tooManyTags) {
      $0.insert(contentsOf: [0x81, 0, 0, 1, 0x88, 0xa8, 0, 2, 0x81, 0, 0, 3], at: 12)
    },
    Change("ARP", .notIP) { $0[13] = 6 },
    Change("a length instead of a type", .notIP) { $0.put(46, at: 12) },
    Change("slow protocols", .notIP) { $0.put(0x8809, at: 12) },
    Change("IPv4 cut short", .malformedIP) { $0 = Array($0[..<33]) },
    Change("IPv4 version", .malformedIP) { $0[14] = 0x55 },
    Change("IHL 4", .malformedIP) { $0[14] = 0x44 },
    Change("total length below the header's", .malformedIP) { $0.put(19, at: 16) },
    Change("total length beyond the frame", .malformedIP) { $0.put(58, at: 16) },
    Change("first fragment", .fragment) { $0[20] |= 0x20 },
    Change("later fragment", .fragment) { $0[21] = 1 },
    Change("highest offset", .fragment) { $0[20] |= 0x10 },
    Change("TCP", .notUDP) { $0[23] = 6 },
    Change("from 224.0.0.1", .multicastIP) { $0[26] = 224 },
    Change("to 255.255.255.255", .multicastIP) { $0.replaceSubrange(30..<34, with: repeatElement(255, count: 4)) },
    Change("to itself", .sameIP) { $0.replaceSubrange(30..<34, with: Array($0[26..<30])) },
    Change("IP payload without UDP header", .malformedUDP) { $0.put(27, at: 16) },
    Change("UDP length 7", .malformedUDP) { $0.put(7, at: 38) },
    Change("UDP length beyond IP", .malformedUDP) { $0.put(38, at: 38) },
    Change("port 3843", .otherPort) { $0.put(3843, at: 36) },
    Change("port 0", .otherPort) { $0.put(0, at: 36) },
    Change("6 bytes of payload", .truncatedSignature) { $0.put(14, at: 38) },
    Change("no payload", .truncatedSignature) { $0.put(8, at: 38) },
    Change("11 bytes of payload", .otherSignature) { $0.put(19, at: 38) },
    Change("other bytes", .otherSignature) { $0[47] ^= 0x20 },
    Change("other OUI", .foreignOUI) { $0[8] ^= 1 },
    Change("IPv6 cut short", .malformedIP, ipv6: true) { $0 = Array($0[..<53]) },
    Change("IPv6 version", .malformedIP, ipv6: true) { $0[14] = 0x70 },
    Change("payload length beyond the frame", .malformedIP, ipv6: true) { $0.put(38, at: 18) },
    Change("IPv6 fragment", .fragment, ipv6: true) { $0[20] = 44 },
    Change("hop-by-hop options", .notUDP, ipv6: true) { $0[20] = 0 },
    Change("from ff02::1", .multicastIP, ipv6: true) { $0[22] = 0xff },
    Change("to ff02::1", .multicastIP, ipv6: true) { $0[38] = 0xff },
    Change("IPv6 to itself", .sameIP, ipv6: true) { $0.replaceSubrange(38..<54, with: Array($0[22..<38])) },
    Change("payload length 7", .malformedUDP, ipv6: true) { $0.put(7, at: 18) },
  ]
}

@Suite("Classifier")
struct ClassifierTests {
  @Test("names the reason", arguments: Change.all)
  private func reasons(change: Change) throws {
    var bytes = change.frame.sent
    change.change(&bytes)
    #expect(try Fixture.classifier().classify(bytes) == .pass(change.reason))
  }

  @Test("every reason but the program's own is among them")
  func complete() {
    #expect(Set(Change.all.map(\.reason)) == Set(PassReason.allCases).subtracting([.otherQueue, .noCPU, .noSocket]))
  }

  /// Reasons stand in the order of the checks: with two faults in a frame the earlier check answers.
  /// Only changes at fixed places that don't undo each other can be put together.
  @Test("of two faults, names the one that is checked first")
  func order() throws {
    let faults: [(PassReason, (inout [UInt8]) -> Void)] = [
      (.multicastDestination, { $0[0] |= 1 }), (.foreignDestination, { $0[5] ^= 1 }),
      (.multicastSource, { $0[6] |= 1 }), (.malformedIP, { $0[14] = 0x44 }), (.fragment, { $0[20] |= 0x20 }),
      (.notUDP, { $0[23] = 6 }), (.multicastIP, { $0[30] = 239 }), (.malformedUDP, { $0.put(7, at: 38) }),
      (.otherPort, { $0.put(3843, at: 36) }), (.otherSignature, { $0[47] ^= 0x20 }),
    ]
    let classifier = try Fixture.classifier()
    for first in faults.indices {
      for second in faults.indices where second > first {
        var bytes = GoldenFrame.all[0].sent
        faults[first].1(&bytes)
        faults[second].1(&bytes)
        #expect(classifier.classify(bytes) == .pass(faults[first].0), "with \(faults[second].0)")
      }
    }
  }

  @Test("takes any source where no OUI is asked for")
  func anyOUI() throws {
    var bytes = GoldenFrame.all[0].sent
    bytes[8] ^= 1
    #expect(try Fixture.classifier(oui: nil).classify(bytes) == .reflect(rule: 1))
  }

  @Test("looks at the UDP payload only, not at what follows it in the frame")
  func trailer() throws {
    let bytes = GoldenFrame.all[0].sent
    #expect(try Fixture.classifier().classify(bytes + Array(repeating: 0, count: 20)) == .reflect(rule: 1))
    var short = bytes
    short.put(14, at: 38)
    #expect(try Fixture.classifier().classify(short + bytes) == .pass(.truncatedSignature))
  }

  @Test("a signature may end with the frame", arguments: [1, 5, 16])
  func lastBytes(length: Int) throws {
    let signature = try Signature(offset: 18 - length, bytes: (1...UInt8(length)).map { $0 })
    let table = RuleTable.init
    let classifier = Classifier(
      mac: Fixture.reflector, oui: nil, table: try table([Rule(name: "end", port: 0, signature: signature)]))
    let payload = Array(repeating: 0xee, count: 18 - length) + signature.bytes
    let frame = try TestFrame(
      source: Fixture.tester, destination: Fixture.reflector, network: Fixture.ipv4, payload: .raw(payload), length: 60)
    #expect(classifier.classify(frame.bytes) == .reflect(rule: 0))
    var cut = frame.bytes
    cut.put(45, at: 16)
    cut.put(25, at: 38)
    #expect(classifier.classify(cut) == .pass(.truncatedSignature))
  }

  @Test("takes any bytes of any length")
  func anyBytes() throws {
    let classifier = Classifier(mac: MACAddress(rawValue: 0), oui: nil, table: try RuleTable(Fixture.defaultRules))
    var random = SplitMix64(seed: testSeed)
    for _ in 0..<3_000 {
      var bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if bytes.count >= 15 { bytes.replaceSubrange(0..<6, with: repeatElement(0, count: 6)) }
      if bytes.count >= 15 {
        bytes.replaceSubrange(12..<15, with: Bool.random(using: &random) ? [8, 0, 0x45] : [0x86, 0xdd, 0x60])
      }
      if case .reflect = classifier.classify(bytes) { Issue.record("seed \(testSeed): \(bytes.hexadecimalText)") }
    }
  }
}
