/// Numbers of CPUs or queues as people write them: `0-3,5`.
///
/// Keeps the order in which they were written, because it means something: `--cpus 4,2` puts the first
/// queue's worker on CPU 4.
package struct IndexList: Hashable, Sendable {
  /// In the order written; each once.
  package let indices: [Int]

  /// Far above any machine's CPUs or queues; keeps `0-4000000000` from filling the memory.
  package static let highest = 65_535

  /// Of a sequence in which no number stands twice: what the system itself says.
  package init(unique indices: some Sequence<Int>) {
    self.indices = Array(indices)
  }

  /// Parses numbers and ascending ranges between commas; no blanks, no signs.
  ///
  /// `of` is what is counted, for the messages: `queue`, `CPU`.
  package init(_ text: String, of noun: String) throws(IndexListError) {
    var indices: [Int] = []
    var seen: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      for index in try Self.range(part, of: noun) {
        guard seen.insert(index).inserted else { throw .repeated(noun: noun, index: index) }
        indices.append(index)
      }
    }
    self.indices = indices
  }

  private static func range(_ part: Substring, of noun: String) throws(IndexListError) -> ClosedRange<Int> {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1]) else {
      throw .malformed(noun: noun, part: String(part))
    }
    for end in [first, last] where end > highest { throw .notAllowed(noun: noun, [end], allowed: nil) }
    guard first <= last else { throw .descending(noun: noun, part: String(part)) }
    return first...last
  }

  /// `Int` alone would take `+3` too, and digits of other scripts are none here.
  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    // So many digits that they don't fit are a number too, and one that is too high.
    return Int(text) ?? Int.max
  }

  /// Refuses what isn't among the ones there are; the error names both.
  package func checked(within allowed: IndexList, of noun: String) throws(IndexListError) -> IndexList {
    let known = Set(allowed.indices)
    let strangers = indices.filter { !known.contains($0) }
    guard strangers.isEmpty else { throw .notAllowed(noun: noun, strangers, allowed: allowed) }
    return self
  }
}

extension IndexList: CustomStringConvertible {
  /// Shortest form, parses to the same list: `0-3,5`.
  package var description: String {
    var parts: [ClosedRange<Int>] = []
    for index in indices {
      if let last = parts.last, last.upperBound + 1 == index {
        parts[parts.count - 1] = last.lowerBound...index
      } else {
        parts.append(index...index)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

/// Why a list of CPUs or queues isn't one. The description is made for the command line.
package enum IndexListError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(noun: String, part: String)
  case descending(noun: String, part: String)
  case repeated(noun: String, index: Int)
  /// `allowed` is nil when no machine has such a number.
  case notAllowed(noun: String, [Int], allowed: IndexList?)

  package var description: String {
    switch self {
    case .malformed(let noun, let part):
      "'\(part)' is no \(noun) number and no range of them; write a list such as 0-3,5"
    case .descending(let noun, let part):
      "'\(part)' runs backwards; write the lower \(noun) first"
    case .repeated(let noun, let index):
      "\(noun) \(index) is named twice"
    case .notAllowed(let noun, let indices, let allowed?):
      "there is no \(noun) \(IndexList(unique: indices)) here; allowed: \(allowed)"
    case .notAllowed(let noun, let indices, nil):
      "there is no \(noun) \(IndexList(unique: indices)); allowed: 0-\(IndexList.highest)"
    }
  }
}
