/// What is wrong with a frame that came back different from what was expected.
package struct Corruption: Hashable, Sendable, CustomStringConvertible {
  package let lane: LabCase
  package let sequence: UInt32
  package let difference: Difference

  package enum Difference: Hashable, Sendable {
    /// The first byte that differs, by its offset in the frame.
    case byte(offset: Int, expected: UInt8, found: UInt8)
    /// As many bytes as both have are equal.
    case length(expected: Int, found: Int)
    /// The outermost VLAN tag is missing and all else is right.
    case tagLost
  }

  /// `IPv4 802.1Q 132 bytes, frame 17: byte 14 is 0x08, expected 0x60`
  package var description: String {
    let frame = "\(lane.protocol.title) \(lane.size) bytes, frame \(sequence)"
    return switch difference {
    case .byte(let offset, let expected, let found):
      "\(frame): byte \(offset) is \(Self.hex(found)), expected \(Self.hex(expected))"
    case .length(let expected, let found): "\(frame): \(found) bytes long, expected \(expected)"
    case .tagLost: "\(frame): came back without its outer VLAN tag"
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return "0x" + String(repeating: "0", count: 2 - digits.count) + digits
  }
}

extension Corruption.Difference {
  /// nil if the frames are equal to the byte.
  init?(expected: [UInt8], found: [UInt8]) {
    if expected == found { return nil }
    if Self.lostTag(expected: expected, found: found) {
      self = .tagLost
    } else if let offset = zip(expected, found).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
      self = .byte(offset: offset, expected: expected[offset], found: found[offset])
    } else {
      self = .length(expected: expected.count, found: found.count)
    }
  }

  private static func lostTag(expected: [UInt8], found: [UInt8]) -> Bool {
    guard found.count == expected.count - 4, found.count > 14 else { return false }
    let type = UInt16(expected[12]) << 8 | UInt16(expected[13])
    guard type == 0x8100 || type == 0x88a8 else { return false }
    return found[..<12] == expected[..<12] && found[12...].elementsEqual(expected[16...])
  }
}
