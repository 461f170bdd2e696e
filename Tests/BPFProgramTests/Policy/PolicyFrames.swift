import CBPF
import CReflectorABI
import Glibc
import ReflectorCore

/// Frames between two reflectors, or from a tester to one.
enum PolicyFrames {
  static let here = MACAddress(0x00, 0xc0, 0x17, 0, 0, 1)
  static let there = MACAddress(0x00, 0xc0, 0x17, 0, 0, 2)

  static func classifier(mac: MACAddress = here) throws -> Classifier {
    Classifier(mac: mac, oui: .netAlly, table: try RuleTable(RuleSet.allCases.flatMap { $0.rules() }))
  }

  /// 192.0.2.`host` to 198.51.100.1, or 2001:db8::`host` to 2001:db8:1::1.
  static func network(host: UInt8 = 1, isIPv6: Bool = false, hopLimit: UInt8 = 64) -> NetworkHeader {
    if isIPv6 {
      var header = IPv6Header(
        source: IPv6Address(rawValue: 0x2001_0db8 << 96 | UInt128(host)),
        destination: IPv6Address(rawValue: 0x2001_0db8_0001 << 80 | 1))
      header.hopLimit = hopLimit
      return .ipv6(header)
    }
    var header = IPv4Header(source: IPv4Address(192, 0, 2, host), destination: IPv4Address(198, 51, 100, 1))
    header.timeToLive = hopLimit
    return .ipv4(header)
  }

  /// - Parameters:
  ///   - port: the source's. The usual one is a rule's, so that an answer to the answer matches, too.
  ///   - number: of the frame, in its payload.
  static func frame(
    _ network: NetworkHeader = network(), port: UInt16 = RuleSet.defaultPort, tags: [VLANTag] = [], number: UInt64 = 1,
    length: Int = 125
  ) throws -> [UInt8] {
    try TestFrame(
      source: there, destination: here, tags: tags, network: network, sourcePort: port, payload: .ito(.probe),
      length: length, seed: number
    ).bytes
  }

  static var networks: [NetworkHeader] { [network(), network(isIPv6: true)] }

  /// CLOCK_MONOTONIC_COARSE, as the program reads it.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension LoadedProgram {
  /// Counted by now as refused for this reason, and dropped.
  func dropped(_ refusal: Refusal) throws -> UInt64 {
    try readCounters()[Int(refusal.rawValue + Refusal.dropOffset)]
  }

  func redirected() throws -> UInt64 { try readCounters()[Int(REFLECTOR_REDIRECTED.rawValue)] }

  func isRedirected(_ frame: [UInt8]) throws -> Bool { try run(frame).action == XDP_REDIRECT.rawValue }
}
