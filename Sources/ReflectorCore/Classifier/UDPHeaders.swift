/// Steps 1 to 4: from the first byte to the UDP payload.
///
/// The same checks in the same order as `bpf/parse.h`, function by function, so that the two can be
/// read side by side: a change there is a change here. Each function answers the reason to pass, or
/// nil to go on.
///
/// Two ends, as there: what is read has to be in the frame's first part, what the headers say of lengths is held
/// against the whole frame.
struct UDPHeaders {
  /// Bytes of the frame's first part; all of it, unless it comes in several.
  private let firstPart: Int
  /// Offset of the IP header in the frame.
  private var l3 = HeaderLength.ethernet
  /// Offset of the UDP header.
  private var l4 = 0
  /// Bytes of IP payload.
  private var l4Length = 0
  /// Offset of the UDP payload.
  private(set) var payload = 0
  /// By the UDP header, so without an Ethernet trailer.
  private var payloadLength = 0
  /// UDP destination.
  private(set) var port: UInt16 = 0

  init(firstPart: Int) {
    self.firstPart = firstPart
  }

  /// Bytes of the payload that are in the first part.
  var readablePayload: Int { min(payloadLength, firstPart - payload) }

  /// What policy asks, of a frame that parsed.
  func facts(_ frame: RawSpan) -> Gate.Facts {
    let mac = MACAddress(rawValue: frame.uint48(at: 6))
    guard frame.uint8(at: l3) >> 4 == 4 else {
      return Gate.Facts(
        mac: mac, source: .v6(IPv6Address(rawValue: frame.uint128(at: l3 + 8))),
        destination: .v6(IPv6Address(rawValue: frame.uint128(at: l3 + 24))), hopLimit: frame.uint8(at: l3 + 7))
    }
    return Gate.Facts(
      mac: mac, source: .v4(IPv4Address(rawValue: frame.uint32(at: l3 + 12))),
      destination: .v4(IPv4Address(rawValue: frame.uint32(at: l3 + 16))), hopLimit: frame.uint8(at: l3 + 8))
  }

  /// All four steps. Afterwards, if it answers nil, `payload ..< payload + payloadLength` lies inside
  /// the frame: each length was held against the one around it.
  mutating func parse(_ frame: RawSpan, own: MACAddress) -> PassReason? {
    guard firstPart >= HeaderLength.ethernet else { return .truncated }
    if let reason = checkAddresses(frame, own: own) { return reason }

    var type = frame.uint16(at: 12)
    // The tags' own EtherTypes say nothing of their number: a third one is seen only after two.
    for _ in 0..<2 where EtherType.isTag(type) {
      guard firstPart >= l3 + HeaderLength.tag else { return .truncated }
      type = frame.uint16(at: l3 + 2)
      l3 += HeaderLength.tag
    }
    if EtherType.isTag(type) { return .tooManyTags }

    switch type {
    case EtherType.ipv4:
      if let reason = parseIPv4(frame) { return reason }
    case EtherType.ipv6:
      if let reason = parseIPv6(frame) { return reason }
    default:
      return .notIP
    }
    return parseUDP(frame)
  }

  /// The most selective checks, on the first 12 bytes: most of a host's other traffic ends here.
  private func checkAddresses(_ frame: RawSpan, own: MACAddress) -> PassReason? {
    let destination = MACAddress(rawValue: frame.uint48(at: 0))
    let source = MACAddress(rawValue: frame.uint48(at: 6))
    if destination.isMulticast { return .multicastDestination }
    if destination != own { return .foreignDestination }
    if source.isMulticast { return .multicastSource }
    if source == own { return .ownSource }
    return nil
  }

  /// The total length may be less than the frame has (Ethernet's padding), never more.
  private mutating func parseIPv4(_ frame: RawSpan) -> PassReason? {
    guard firstPart >= l3 + HeaderLength.ipv4 else { return .malformedIP }
    let version = frame.uint8(at: l3) >> 4
    let header = Int(frame.uint8(at: l3) & 0xf) * 4
    let total = Int(frame.uint16(at: l3 + 2))
    guard version == 4, header >= HeaderLength.ipv4, total >= header, frame.byteCount >= l3 + total
    else { return .malformedIP }
    // The more-fragments bit or any offset.
    if frame.uint16(at: l3 + 6) & 0x3fff != 0 { return .fragment }
    if frame.uint8(at: l3 + 9) != IPProtocol.udp { return .notUDP }
    let source = frame.uint32(at: l3 + 12)
    let destination = frame.uint32(at: l3 + 16)
    // 224.0.0.0 and up: multicast, class E, broadcast.
    if source >> 24 >= 224 || destination >> 24 >= 224 { return .multicastIP }
    if source == destination { return .sameIP }
    l4 = l3 + header
    l4Length = total - header
    return nil
  }

  /// Only UDP right after the fixed header: an extension header before it is nothing that a tester
  /// sends, and looking for UDP behind one would be a loop over what a stranger wrote.
  private mutating func parseIPv6(_ frame: RawSpan) -> PassReason? {
    guard firstPart >= l3 + HeaderLength.ipv6 else { return .malformedIP }
    let payloadLength = Int(frame.uint16(at: l3 + 4))
    guard frame.uint8(at: l3) >> 4 == 6, frame.byteCount >= l3 + HeaderLength.ipv6 + payloadLength
    else { return .malformedIP }
    let next = frame.uint8(at: l3 + 6)
    if next == IPProtocol.ipv6Fragment { return .fragment }
    if next != IPProtocol.udp { return .notUDP }
    let source = frame.uint128(at: l3 + 8)
    let destination = frame.uint128(at: l3 + 24)
    // ff00::/8
    if source >> 120 == 0xff || destination >> 120 == 0xff { return .multicastIP }
    if source == destination { return .sameIP }
    l4 = l3 + HeaderLength.ipv6
    l4Length = payloadLength
    return nil
  }

  /// The UDP header is inside the frame because the IP payload is, and that is at least as long.
  private mutating func parseUDP(_ frame: RawSpan) -> PassReason? {
    guard l4Length >= HeaderLength.udp, firstPart >= l4 + HeaderLength.udp else { return .malformedUDP }
    let length = Int(frame.uint16(at: l4 + 4))
    guard length >= HeaderLength.udp, length <= l4Length else { return .malformedUDP }
    payload = l4 + HeaderLength.udp
    payloadLength = length - HeaderLength.udp
    port = frame.uint16(at: l4 + 2)
    return nil
  }
}
