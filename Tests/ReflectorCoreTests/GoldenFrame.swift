import ReflectorCore
import Testing

/// A frame that scapy made, and what scapy makes of it with the addresses of each mode swapped.
struct GoldenFrame: Sendable, CustomTestStringConvertible {
  let network: String
  let tags: String
  let sent: [UInt8]
  let returned: [ReflectMode: [UInt8]]

  var testDescription: String { "\(network) \(tags)" }

  static let all: [GoldenFrame] = frames(in: goldenText)

  /// Offset of the UDP header, from what the frame is called rather than from its bytes.
  var udpOffset: Int {
    let networkLengths = ["ipv4": 20, "ipv4-options": 28, "ipv4-no-checksum": 20, "ipv6": 40]
    return 14 + tagsLength + networkLengths[network, default: 0]
  }

  var tagsLength: Int { tags == "untagged" ? 0 : tags == "dot1q" ? 4 : 8 }

  private static func frames(in text: String) -> [GoldenFrame] {
    var sections: [(title: [Substring], bytes: [UInt8])] = []
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      if words.count == 3 {
        sections.append((words, []))
      } else if let digits = words.first {
        sections[sections.count - 1].bytes += bytes(of: digits)
      }
    }
    return stride(from: 0, to: sections.count, by: 4).map { index in
      let title = sections[index].title
      let returned = sections[(index + 1)...(index + 3)].map { section in
        (ReflectMode(rawValue: String(section.title[2]))!, section.bytes)
      }
      return GoldenFrame(
        network: String(title[0]), tags: String(title[1]), sent: sections[index].bytes,
        returned: Dictionary(uniqueKeysWithValues: returned))
    }
  }

  private static func bytes(of digits: Substring) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
  }
}
