/// An IPv6 address, without a zone.
public struct IPv6Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// First byte on the wire highest: `::1` is 1.
  public let rawValue: UInt128

  public init(rawValue: UInt128) {
    self.rawValue = rawValue
  }

  /// The forms of RFC 4291, 2.2: eight groups of one to four hexadecimal digits, one `::` for a run of
  /// zeros, and the last four bytes as an IPv4 address if wanted.
  public init?(_ text: String) {
    let halves = Self.halves(of: text)
    guard let head = Self.groups(in: halves.head, isLast: halves.tail == nil) else { return nil }
    guard let tailText = halves.tail else {
      guard head.count == 8 else { return nil }
      self.init(groups: head)
      return
    }
    // `::` stands for one group at least.
    guard let tail = Self.groups(in: tailText, isLast: true), head.count + tail.count <= 7 else { return nil }
    self.init(groups: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
  }

  /// Exactly eight groups, first one on the wire first.
  private init(groups: [UInt16]) {
    self.init(rawValue: groups.reduce(0) { $0 << 16 | UInt128($1) })
  }

  /// What stands before and after the first `::`; a second one then is an empty group, and refused.
  private static func halves(of text: String) -> (head: Substring, tail: Substring?) {
    // The standard library has no search for a substring; Foundation has, and isn't used here.
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if text[index] == ":", next < text.endIndex, text[next] == ":" {
        return (text[..<index], text[text.index(after: next)...])
      }
      index = next
    }
    return (text[...], nil)
  }

  /// The groups of a half; none for the empty half beside `::`.
  private static func groups(in half: Substring, isLast: Bool) -> [UInt16]? {
    if half.isEmpty { return [] }
    let parts = half.split(separator: ":", omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if isLast, index == parts.count - 1, let address = IPv4Address(String(part)) {
        groups += [UInt16(address.rawValue >> 16), UInt16(truncatingIfNeeded: address.rawValue)]
        continue
      }
      // As with bytes: `UInt16("+1", radix: 16)` would be 1.
      guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }

  /// Always eight, first one on the wire first.
  private var groups: [UInt16] {
    (0..<8).map { UInt16(truncatingIfNeeded: rawValue >> (112 - 16 * $0)) }
  }

  /// The 16 bytes in wire order.
  public var bytes: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: rawValue >> (120 - 8 * $0)) }
  }

  public static func < (left: IPv6Address, right: IPv6Address) -> Bool { left.rawValue < right.rawValue }

  /// `2001:db8::1`: the one form that RFC 5952 recommends: lower case, the longest run of two or more
  /// zero groups as `::`, the first of equally long ones.
  public var description: String {
    let groups = groups
    let run = Self.longestZeroRun(in: groups)
    func text(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard run.count >= 2 else { return text(groups[...]) }
    return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
  }

  /// The first of the longest runs; empty if no group is 0.
  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if groups[index] != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<(index + 1) }
    }
    return longest
  }
}
