import Glibc
import ReflectorCore

/// Names and rules that all tests of this target share.
enum Fixture {
  static let reflector = MACAddress(0x02, 0x00, 0x5e, 0x10, 0x20, 0x30)
  static let tester = MACAddress(0x00, 0xc0, 0x17, 0x0a, 0x0b, 0x0c)
  static let ipv4 = NetworkHeader.ipv4(from: IPv4Address(192, 0, 2, 77), to: IPv4Address(198, 51, 100, 1))
  static let ipv6 = NetworkHeader.ipv6(
    from: IPv6Address(rawValue: 0x2001_0db8 << 96 | 0x77), to: IPv6Address(rawValue: 0x2001_0db8_ffff << 80 | 1))

  static var defaultRules: [Rule] { RuleSet.allCases.flatMap { $0.rules() } }

  static func classifier(oui: OUI? = .netAlly) throws -> Classifier {
    Classifier(mac: reflector, oui: oui, table: try RuleTable(defaultRules))
  }
}

/// The seed of this run's generated cases: another one each time, or the one in REFLECTOR_TEST_SEED to
/// see a failure again.
let testSeed: UInt64 =
  getenv("REFLECTOR_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)

extension Classifier {
  func classify(_ bytes: [UInt8]) -> Verdict { classify(bytes.span.bytes) }
}

extension ReflectMode {
  /// The frame as the rewriting in place leaves it, and what it answered.
  func reflecting(_ bytes: [UInt8]) -> (done: Bool, bytes: [UInt8]) {
    var copy = bytes
    var span = copy.mutableSpan
    var raw = span.mutableBytes
    let done = reflect(&raw)
    return (done, copy)
  }
}

extension [UInt8] {
  var hexadecimalText: String { map(\.hexadecimal).joined() }

  /// Writes a number in network byte order.
  mutating func put(_ value: UInt16, at offset: Int) {
    replaceSubrange(offset..<offset + 2, with: value.bigEndianBytes)
  }
}
