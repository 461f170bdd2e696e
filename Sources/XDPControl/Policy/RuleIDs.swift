import ReflectorCore

/// Which counters a rule has: its own for as long as it is in force.
struct RuleIDs: Hashable {
  /// In the order of the rules.
  private(set) var ids: [UInt32] = []
  /// Those of them that another rule counted with before: to be set to 0.
  private(set) var reused: [UInt32] = []

  /// A rule that was there keeps its id, wherever it stands now. Another gets one that nobody ever had; or else one
  /// that nobody has; or else one of a rule that goes.
  ///
  /// - Parameters:
  ///   - rules: at most 64.
  ///   - isUsed: whether something was ever counted under an id.
  init(_ rules: [Rule], before: [PolicyState.RuleEntry], isUsed: (UInt32) -> Bool) {
    let known = Dictionary(before.map { ($0.rule, $0.id) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(rules.compactMap { known[$0] })
    let going = Set(before.map(\.id)).subtracting(kept)
    let free = (0..<UInt32(RuleTable.maximumRules)).filter { !kept.contains($0) }
    let fresh = free.filter { !going.contains($0) && !isUsed($0) }
    let others = free.filter { !going.contains($0) && isUsed($0) } + free.filter(going.contains)
    var candidates = (fresh.map { ($0, false) } + others.map { ($0, true) }).makeIterator()
    for rule in rules {
      if let id = known[rule] {
        ids.append(id)
      } else if let (id, wasUsed) = candidates.next() {
        ids.append(id)
        if wasUsed { reused.append(id) }
      }
    }
  }
}
