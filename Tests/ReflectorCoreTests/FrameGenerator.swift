import ReflectorCore

/// Valid frames of all kinds that ``TestFrame`` can build.
struct FrameGenerator {
  var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  mutating func next() throws -> TestFrame {
    let tags = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      VLANTag(
        protocolID: Bool.random(using: &random) ? EtherType.dot1Q : EtherType.dot1AD,
        control: UInt16.random(in: 0...UInt16.max, using: &random))
    }
    let network = Bool.random(using: &random) ? ipv4() : ipv6()
    let payload = payload()
    var isIPv4 = false
    if case .ipv4 = network { isIPv4 = true }
    let shortest = TestFrame.shortestLength(tags: tags.count, network: network, payload: payload)
    // Most frames are short ones: it is headers that go wrong.
    let longest = Int.random(in: 0..<10, using: &random) == 0 ? 1514 : shortest + 40
    return try TestFrame(
      source: mac(), destination: mac(), tags: tags, network: network, sourcePort: port(), destinationPort: port(),
      udpChecksum: isIPv4 && Bool.random(using: &random) ? .zero : .computed, payload: payload,
      length: Int.random(in: shortest...longest, using: &random), seed: random.next())
  }

  private mutating func mac() -> MACAddress { MACAddress(rawValue: random.next()) }

  private mutating func port() -> UInt16 { UInt16.random(in: 0...UInt16.max, using: &random) }

  private mutating func ipv4() -> NetworkHeader {
    var header = IPv4Header(
      source: IPv4Address(rawValue: UInt32.random(in: 0...UInt32.max, using: &random)),
      destination: IPv4Address(rawValue: UInt32.random(in: 0...UInt32.max, using: &random)))
    header.trafficClass = UInt8.random(in: 0...255, using: &random)
    header.identification = port()
    header.doNotFragment = Bool.random(using: &random)
    header.timeToLive = UInt8.random(in: 0...255, using: &random)
    header.options = (0..<(4 * Int.random(in: 0...10, using: &random))).map { UInt8($0) }
    return .ipv4(header)
  }

  private mutating func ipv6() -> NetworkHeader {
    var header = IPv6Header(
      source: IPv6Address(rawValue: UInt128(random.next()) << 64 | UInt128(random.next())),
      destination: IPv6Address(rawValue: UInt128(random.next()) << 64 | UInt128(random.next())))
    header.trafficClass = UInt8.random(in: 0...255, using: &random)
    header.flowLabel = UInt32.random(in: 0..<(1 << 20), using: &random)
    header.hopLimit = UInt8.random(in: 0...255, using: &random)
    return .ipv6(header)
  }

  private mutating func payload() -> TestPayload {
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      return .ito(
        ITOSignature.allCases.randomElement(using: &random)!, opaque: Array(random.next().bigEndianBytes[..<5]))
    case 1:
      var header = ThroughputHeader(kind: ThroughputHeader.Kind.allCases.randomElement(using: &random)!)
      header.sequence = UInt32.random(in: 0...UInt32.max, using: &random)
      header.sentNanoseconds = random.next()
      header.stream = UInt32.random(in: 0...UInt32.max, using: &random)
      header.flags = UInt8.random(in: 0...255, using: &random)
      return .throughput(header)
    default:
      return .raw((0..<Int.random(in: 0...64, using: &random)).map { UInt8($0) })
    }
  }
}
