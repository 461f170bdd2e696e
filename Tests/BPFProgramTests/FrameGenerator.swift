import ReflectorCore

/// Frames that a classifier's rules match, for the mutations to go wrong with.
struct FrameGenerator {
  let classifier: Classifier
  var random: SplitMix64
  /// Bytes of the longest frame, and how often one is that long or less, rather than about as long as it must be.
  var longest = (bytes: 3000, chance: 0.05)
  /// What a policy's lists are about; nil for addresses from anywhere.
  var pool: AddressPool?

  init(for classifier: Classifier, seed: UInt64) {
    self.classifier = classifier
    random = SplitMix64(seed: seed)
  }

  mutating func next() throws -> GeneratedFrame {
    let tags = (0..<number(0...2)).map { _ in
      VLANTag(protocolID: chance(0.7) ? EtherType.dot1Q : EtherType.dot1AD, control: UInt16(number(0...0xffff)))
    }
    let network = chance(0.6) ? ipv4() : ipv6()
    let (port, payload) = portAndPayload()
    let shortest = TestFrame.shortestLength(tags: tags.count, network: network, payload: payload)
    // Signatures that end with the frame are the interesting ones.
    let longest = chance(longest.chance) ? longest.bytes : shortest + number(0...30)
    return GeneratedFrame(
      try TestFrame(
        source: source(), destination: classifier.mac, tags: tags, network: network,
        sourcePort: UInt16(number(0...0xffff)), destinationPort: port, payload: payload,
        length: number(shortest...longest), seed: random.next()))
  }

  private mutating func source() -> MACAddress {
    if let mac = pool?.macs.randomElement(using: &random), chance(0.3) { return mac }
    let oui = chance(0.9) ? classifier.oui ?? OUI(0x02, 0xaa, 0xbb) : OUI(0x00, 0xc0, 0x18)
    let low = UInt64(number(0...0xff_ffff))
    return MACAddress(rawValue: UInt64(oui.rawValue) << 24 | low)
  }

  private mutating func ipv4() -> NetworkHeader {
    var header = IPv4Header(
      source: IPv4Address(UInt8(number(1...223)), 0, 2, UInt8(number(0...255))),
      destination: IPv4Address(UInt8(number(1...223)), 0, 2, UInt8(number(0...255))))
    if let pool {
      header.source = pool.near(pool.ipv4, &random)
      header.destination = pool.near(pool.ipv4, &random)
    }
    if chance(0.3) { header.timeToLive = UInt8(number(0...3)) }
    header.trafficClass = UInt8(number(0...255))
    header.doNotFragment = chance(0.5)
    if chance(0.3) { header.options = Array(repeating: 1, count: 4 * number(1...10)) }
    return .ipv4(header)
  }

  private mutating func ipv6() -> NetworkHeader {
    var header = IPv6Header(
      source: IPv6Address(rawValue: 0x2001 << 112 | UInt128(random.next())),
      destination: IPv6Address(rawValue: 0x2001 << 112 | UInt128(random.next())))
    if let pool {
      header.source = pool.near(pool.ipv6, &random)
      header.destination = pool.near(pool.ipv6, &random)
    }
    if chance(0.3) { header.hopLimit = UInt8(number(0...3)) }
    return .ipv6(header)
  }

  /// What one of the rules asks for; now and then the signature of one on the port of another.
  private mutating func portAndPayload() -> (UInt16, TestPayload) {
    let rules = classifier.table.rules
    guard let rule = rules.randomElement(using: &random), let other = rules.randomElement(using: &random) else {
      return (RuleSet.defaultPort, .ito(.probe))
    }
    let port = chance(0.9) ? rule.port : other.port
    let filler = (0..<Int(rule.signature.offset)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    return (port == 0 ? UInt16(number(0...0xffff)) : port, .raw(filler + rule.signature.bytes))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }
}
