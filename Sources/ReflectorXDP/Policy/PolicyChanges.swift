import ReflectorCore
import XDPControl

/// What is different between two sets of instructions, in an operator's words: one line a thing.
struct PolicyChanges {
  let lines: [String]

  init(from before: Instructions, to after: Instructions) {
    let (old, new) = (before.policy, after.policy)
    var lines = Self.rules(before.rules, after.rules)
    if before.oui != after.oui { lines.append(after.oui.map { "oui \($0)" } ?? "any-oui") }
    lines += Self.list("allow", old.allowedSources, new.allowedSources)
    lines += Self.list("deny", old.deniedSources, new.deniedSources)
    lines += Self.list("deny", old.deniedMACs, new.deniedMACs)
    lines += Self.list("allow-destination", old.allowedDestinations, new.allowedDestinations)
    lines += zip(Limit.all(old), Limit.all(new)).filter { $0.value != $1.value }.map {
      "\($1.name) \($1.value), was \($0.value)"
    }
    self.lines = lines
  }

  private static func rules(_ before: [Rule], _ after: [Rule]) -> [String] {
    let gone = before.filter { !after.contains($0) }.map { "rule \($0.name) removed" }
    let new = after.filter { !before.contains($0) }.map { "rule \($0.name) added" }
    guard gone.isEmpty, new.isEmpty, before != after else { return gone + new }
    return ["rules in another order: " + after.map(\.name).joined(separator: ", ")]
  }

  private static func list<Entry: Hashable & Comparable & CustomStringConvertible>(
    _ name: String, _ before: [Entry], _ after: [Entry]
  ) -> [String] {
    let (old, new) = (Set(before), Set(after))
    return phrase(name, new.subtracting(old).sorted(), "added") + phrase(name, old.subtracting(new).sorted(), "removed")
  }

  /// Few are named, many counted.
  private static func phrase<Entry: CustomStringConvertible>(_ name: String, _ entries: [Entry], _ verb: String)
    -> [String]
  {
    guard entries.count > 4 else { return entries.map { "\(name) \($0) \(verb)" } }
    return ["\(name): \(entries.count) \(verb)"]
  }
}

/// A figure of the policy by the name of its option, as text.
public struct Limit: Hashable, Sendable {
  public let name: String
  public let value: String

  /// In the order of the options; `none` where there is no limit.
  public static func all(_ policy: Policy) -> [Limit] {
    func rate(_ value: UInt64?) -> String { value.map(Rate.text) ?? "none" }
    return [
      Limit(name: "source-rate", value: rate(policy.sourceLimit.framesPerSecond)),
      Limit(name: "source-bits", value: rate(policy.sourceLimit.bitsPerSecond)),
      Limit(name: "total-rate", value: rate(policy.totalLimit.framesPerSecond)),
      Limit(name: "total-bits", value: rate(policy.totalLimit.bitsPerSecond)),
      Limit(name: "burst", value: "\(policy.burst)"),
      Limit(name: "loop-guard", value: policy.loopGuard.rawValue),
      Limit(name: "storm", value: rate(policy.stormLimit)),
      Limit(name: "hold-off", value: "\(policy.holdOff)"),
      Limit(name: "refused", value: policy.refused.rawValue),
    ]
  }
}
