/// A frame as testers send it: for the lab, the tests, the benchmark.
///
/// It says what a frame *means* and writes it out from the beginning each time. So
/// ``reflected(_:)`` shares no code with the rewriting in place that it is there to check.
package struct TestFrame: Hashable, Sendable {
  /// Lengths that are allowed for a frame, in bytes without FCS: from Ethernet's shortest to an MTU of 9000 with
  /// two tags.
  package static let lengths = 60...9022

  /// What stands in the UDP header's checksum.
  package enum UDPChecksum: Hashable, Sendable {
    case computed
    /// "None": allowed over IPv4 only.
    case zero
  }

  package private(set) var source: MACAddress
  package private(set) var destination: MACAddress
  /// From the outside in; none, one or two.
  package let tags: [VLANTag]
  package private(set) var network: NetworkHeader
  package private(set) var sourcePort: UInt16
  package private(set) var destinationPort: UInt16
  package let udpChecksum: UDPChecksum
  package let payload: TestPayload
  /// Of the whole frame, in bytes without FCS.
  package let length: Int
  /// Fills the UDP payload from the end of `payload` to the frame's end.
  package let fill: FillPattern

  /// A frame of exactly `length` bytes; throws what keeps it from being one.
  package init(
    source: MACAddress, destination: MACAddress, tags: [VLANTag] = [], network: NetworkHeader,
    sourcePort: UInt16 = RuleSet.defaultPort, destinationPort: UInt16 = RuleSet.defaultPort,
    udpChecksum: UDPChecksum = .computed, payload: TestPayload, length: Int, seed: UInt64 = 0
  ) throws(TestFrameError) {
    self.source = source
    self.destination = destination
    self.tags = tags
    self.network = network
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.udpChecksum = udpChecksum
    self.payload = payload
    self.length = length
    self.fill = FillPattern(seed: seed)
    try check()
  }

  /// Offset of the IP header in the frame.
  package var networkOffset: Int { HeaderLength.ethernet + HeaderLength.tag * tags.count }
  /// Offset of the UDP header.
  package var udpOffset: Int { networkOffset + network.length }
  /// Offset of the UDP payload.
  package var payloadOffset: Int { udpOffset + HeaderLength.udp }

  /// The shortest frame with these headers that still has the payload's signature, in bytes without FCS.
  package static func shortestLength(tags: Int, network: NetworkHeader, payload: TestPayload) -> Int {
    let headers = HeaderLength.ethernet + HeaderLength.tag * tags + network.length + HeaderLength.udp
    return max(lengths.lowerBound, headers + payload.shortestLength)
  }

  /// The initializer's checks. Nothing is clipped silently: a lab that asks for a frame that can't be
  /// has a mistake to show.
  private func check() throws(TestFrameError) {
    guard tags.count <= 2 else { throw .tags(tags.count) }
    if case .ipv4(let header) = network {
      let options = header.options.count
      guard options <= 40, options.isMultiple(of: 4) else { throw .options(options) }
    } else if udpChecksum == .zero {
      throw .noChecksumOverIPv6
    }
    let shortest = Self.shortestLength(tags: tags.count, network: network, payload: payload)
    guard length >= shortest, length <= Self.lengths.upperBound else { throw .length(length, shortest: shortest) }
  }

  /// The frame as it comes back, made anew with swapped addresses.
  package func reflected(_ mode: ReflectMode) -> TestFrame {
    var frame = self
    (frame.source, frame.destination) = (destination, source)
    if mode == .mac { return frame }
    switch network {
    case .ipv4(var header):
      (header.source, header.destination) = (header.destination, header.source)
      frame.network = .ipv4(header)
    case .ipv6(var header):
      (header.source, header.destination) = (header.destination, header.source)
      frame.network = .ipv6(header)
    }
    if mode == .macIP { return frame }
    (frame.sourcePort, frame.destinationPort) = (destinationPort, sourcePort)
    return frame
  }
}

/// Why there is no such frame.
package enum TestFrameError: Error, Hashable, Sendable, CustomStringConvertible {
  /// So many tags.
  case tags(Int)
  /// So many bytes of IPv4 options.
  case options(Int)
  /// A length that Ethernet, or what the frame is to carry, doesn't allow; in bytes without FCS.
  case length(Int, shortest: Int)
  /// RFC 8200 requires the checksum; without one a receiver drops the datagram.
  case noChecksumOverIPv6

  package var description: String {
    switch self {
    case .tags(let count): "\(count) VLAN tags: 0, 1 or 2 are allowed"
    case .options(let count): "\(count) bytes of IPv4 options: 0 to 40 are allowed, a multiple of 4"
    case .length(let length, let shortest):
      "a frame of \(length) bytes: \(shortest) to \(TestFrame.lengths.upperBound) are allowed with these headers"
    case .noChecksumOverIPv6: "UDP checksum 0: allowed over IPv4 only"
    }
  }
}
