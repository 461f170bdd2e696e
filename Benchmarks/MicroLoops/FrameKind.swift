import ReflectorCore

/// What the frames of a batch are: those that the rules answer, from the cheapest headers to the dearest.
package enum FrameKind: String, CaseIterable, Sendable {
  case ipv4 = "IPv4"
  case tagged = "IPv4, 802.1Q"
  case doubleTagged = "IPv4, QinQ"
  case ipv6 = "IPv6"
  case doubleTaggedIPv6 = "IPv6, QinQ"
  /// All of the above in an order that doesn't repeat within a batch, although a batch over and over again is
  /// a pattern that a processor may learn.
  case mixed

  /// The frames of one batch, as many as a worker takes in one turn. The same each time, and with source and
  /// destination different in every field that is swapped.
  package func batch() throws(TestFrameError) -> [TestFrame] {
    let kinds: [FrameKind] = [.ipv4, .tagged, .doubleTagged, .ipv6, .doubleTaggedIPv6]
    var random = SplitMix64(seed: 2)
    var frames: [TestFrame] = []
    for _ in 0..<Self.batchLength {
      let kind = self == .mixed ? kinds[Int(random.next() % UInt64(kinds.count))] : self
      frames.append(try kind.frame())
    }
    return frames
  }

  package static let batchLength = 64

  /// The shortest frame that has these headers and a signature: longer ones cost the rewriting the same.
  private func frame() throws(TestFrameError) -> TestFrame {
    let isIPv6 = self == .ipv6 || self == .doubleTaggedIPv6
    let network: NetworkHeader =
      isIPv6
      ? .ipv6(from: IPv6Address(rawValue: 1 << 120 + 1), to: IPv6Address(rawValue: 1 << 120 + 2))
      : .ipv4(from: IPv4Address(192, 0, 2, 1), to: IPv4Address(192, 0, 2, 2))
    let payload = TestPayload.ito(.probe)
    return try TestFrame(
      source: MACAddress(0x00, 0xc0, 0x17, 0x00, 0x00, 0x01),
      destination: MACAddress(0x02, 0x00, 0x00, 0x00, 0x00, 0x02),
      tags: (0..<tagCount).map { VLANTag(vlan: UInt16(100 + $0)) }, network: network, sourcePort: 50_000,
      payload: payload,
      length: TestFrame.shortestLength(tags: tagCount, network: network, payload: payload))
  }

  private var tagCount: Int {
    switch self {
    case .ipv4, .ipv6, .mixed: 0
    case .tagged: 1
    case .doubleTagged, .doubleTaggedIPv6: 2
    }
  }
}
