import ReflectorCore
import ReflectorLab

/// What the 64 frames of a batch are.
///
/// Each of one kind shows what the kind costs; the mixed one, what it costs when the next frame's kind
/// isn't known, although 64 frames over and over again are a pattern that a CPU may learn.
struct FrameMix: Sendable {
  let name: String
  let frames: [TestFrame]

  /// As many as a worker takes in one turn.
  static let batch = 64

  /// What the rules answer, from the cheapest headers to the dearest. The seed is fixed: two runs measure
  /// the same sequence.
  static func all() throws -> [FrameMix] {
    let ipv4 = try frame(tags: 0, ipv6: false)
    let tagged = try frame(tags: 1, ipv6: false)
    let ipv6 = try frame(tags: 0, ipv6: true)
    let doubleTaggedIPv6 = try frame(tags: 2, ipv6: true)
    var random = SplitMix64(seed: 2)
    let kinds = [ipv4, tagged, ipv6, doubleTaggedIPv6]
    return [
      FrameMix(name: "IPv4", frames: Array(repeating: ipv4, count: batch)),
      FrameMix(name: "IPv4, 802.1Q", frames: Array(repeating: tagged, count: batch)),
      FrameMix(name: "IPv6", frames: Array(repeating: ipv6, count: batch)),
      FrameMix(name: "IPv6, QinQ", frames: Array(repeating: doubleTaggedIPv6, count: batch)),
      FrameMix(name: "mixed", frames: (0..<batch).map { _ in kinds[Int(random.next() % 4)] }),
    ]
  }

  /// The shortest frame that has these headers and a signature: longer ones cost the rewriting the same.
  private static func frame(tags: Int, ipv6: Bool) throws -> TestFrame {
    let network =
      ipv6
      ? NetworkHeader.ipv6(from: IPv6Address(rawValue: 1 << 120 + 1), to: IPv6Address(rawValue: 1 << 120 + 2))
      : .ipv4(from: IPv4Address(192, 0, 2, 1), to: IPv4Address(192, 0, 2, 2))
    let tags = (0..<tags).map { VLANTag(vlan: UInt16(100 + $0)) }
    let payload = TestPayload.ito(.probe)
    return try TestFrame(
      source: LabNetwork.testerMAC, destination: LabNetwork.reflectorMAC, tags: tags, network: network,
      payload: payload,
      length: TestFrame.shortestLength(tags: tags.count, network: network, payload: payload))
  }
}
