/// Writing the frame out, from the outside in.
extension TestFrame {
  /// The frame's `length` bytes, with right checksums.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    bytes += destination.bytes + source.bytes
    for tag in tags {
      bytes += tag.protocolID.bigEndianBytes + tag.control.bigEndianBytes
    }
    switch network {
    case .ipv4(let header): bytes += EtherType.ipv4.bigEndianBytes + networkBytes(header)
    case .ipv6(let header): bytes += EtherType.ipv6.bigEndianBytes + networkBytes(header)
    }
    return bytes + udpBytes
  }

  /// UDP header and payload.
  private var udpLength: Int { length - udpOffset }

  /// The checksum is computed over the header with zeros in its place, and put there afterwards.
  private func networkBytes(_ header: IPv4Header) -> [UInt8] {
    let words = (HeaderLength.ipv4 + header.options.count) / 4
    var bytes: [UInt8] = [0x40 | UInt8(words), header.trafficClass]
    bytes += UInt16(length - networkOffset).bigEndianBytes + header.identification.bigEndianBytes
    bytes += UInt16(header.doNotFragment ? 0x4000 : 0).bigEndianBytes
    bytes += [header.timeToLive, IPProtocol.udp, 0, 0]
    bytes += header.source.bytes + header.destination.bytes + header.options
    bytes.replaceSubrange(10..<12, with: InternetChecksum.of(bytes).bigEndianBytes)
    return bytes
  }

  /// IPv6 has no checksum of its own, and its length doesn't count the header.
  private func networkBytes(_ header: IPv6Header) -> [UInt8] {
    let first = 6 << 28 | UInt32(header.trafficClass) << 20 | header.flowLabel & 0xf_ffff
    return first.bigEndianBytes + UInt16(udpLength).bigEndianBytes + [IPProtocol.udp, header.hopLimit]
      + header.source.bytes + header.destination.bytes
  }

  /// Header and payload. The pseudo header comes first in the sum only: it is never sent.
  private var udpBytes: [UInt8] {
    var bytes = sourcePort.bigEndianBytes + destinationPort.bigEndianBytes + UInt16(udpLength).bigEndianBytes
    bytes += [0, 0] + payloadBytes
    if udpChecksum == .computed {
      let sum = InternetChecksum.of(pseudoHeader + bytes)
      // 0 would say that there is none.
      bytes.replaceSubrange(6..<8, with: (sum == 0 ? 0xffff : sum).bigEndianBytes)
    }
    return bytes
  }

  /// The payload's own bytes as far as they fit, then the pattern, whose index is the place in the UDP
  /// payload: what a receiver has at hand, whatever headers came before.
  private var payloadBytes: [UInt8] {
    let head = payload.bytes.prefix(length - payloadOffset)
    return head + (head.count..<(length - payloadOffset)).map(fill.byte)
  }

  /// What the UDP checksum covers beside the datagram: RFC 768 over IPv4, RFC 8200, 8.1, over IPv6.
  private var pseudoHeader: [UInt8] {
    switch network {
    case .ipv4(let header):
      header.source.bytes + header.destination.bytes + [0, IPProtocol.udp] + UInt16(udpLength).bigEndianBytes
    case .ipv6(let header):
      header.source.bytes + header.destination.bytes + UInt32(udpLength).bigEndianBytes + [0, 0, 0, IPProtocol.udp]
    }
  }
}
