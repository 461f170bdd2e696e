import ReflectorCore

/// Apart from the program's own way, which adds to the sum what its word became less.
extension [UInt8] {
  /// Where the IP header stands in a frame that parsed.
  private var networkOffset: Int {
    var offset = 12
    while EtherType.isTag(UInt16(self[offset]) << 8 | UInt16(self[offset + 1])) { offset += 4 }
    return offset + 2
  }

  var hopLimit: UInt8 {
    let offset = networkOffset
    return self[offset] >> 4 == 4 ? self[offset + 8] : self[offset + 7]
  }

  /// The frame with a hop limit of one less, and IPv4's checksum by RFC 1624's third equation:
  /// HC' = ~(~HC + ~m + m').
  var withHopLess: [UInt8] {
    var frame = self
    let offset = networkOffset
    guard self[offset] >> 4 == 4 else {
      frame[offset + 7] -= 1
      return frame
    }
    let word = { (bytes: [UInt8], at: Int) in UInt32(bytes[offset + at]) << 8 | UInt32(bytes[offset + at + 1]) }
    frame[offset + 8] -= 1
    var sum = ~word(self, 10) & 0xffff + ~word(self, 8) & 0xffff + word(frame, 8)
    while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
    frame[offset + 10] = UInt8(truncatingIfNeeded: ~sum >> 8)
    frame[offset + 11] = UInt8(truncatingIfNeeded: ~sum)
    return frame
  }

  /// Whether the IPv4 header's sum is right; true for IPv6, which has none.
  var hasRightHeaderSum: Bool {
    let offset = networkOffset
    guard self[offset] >> 4 == 4 else { return true }
    return InternetChecksum.of(Array(self[offset..<offset + Int(self[offset] & 0xf) * 4])) == 0
  }
}
