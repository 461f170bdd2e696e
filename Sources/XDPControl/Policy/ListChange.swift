import ReflectorCore

/// A network's entry before and after.
struct NetworkChange: Hashable {
  let network: Network
  let before: NetworkEntry
  let after: NetworkEntry

  /// Whence it came.
  var reversed: NetworkChange { NetworkChange(network: network, before: after, after: before) }
}

/// The difference between two lists of sources, in an order in which no frame is refused that both allow.
///
/// The longest prefix decides. While entries are only added, the longest that a frame meets is the longest of either
/// list; so those that allow come first, then those that deny. Entries that go do so in the opposite order, and
/// after the settings have changed: what becomes of a frame that is in no list may change with them.
struct ListChange: Hashable {
  /// In this order, before the settings are changed.
  private(set) var additions: [[NetworkChange]]
  /// In this order, after that.
  private(set) var removals: [[NetworkChange]]

  init(from before: [Network: NetworkEntry], to after: [Network: NetworkEntry]) {
    var allowed: [NetworkChange] = []
    var denied: [NetworkChange] = []
    var noLongerDenied: [NetworkChange] = []
    var noLongerAllowed: [NetworkChange] = []
    for (network, entry) in after where before[network] != entry {
      let change = NetworkChange(network: network, before: before[network] ?? NetworkEntry(), after: entry)
      if entry.verdict == .allowed { allowed.append(change) } else { denied.append(change) }
    }
    for (network, entry) in before where after[network] == nil {
      let change = NetworkChange(network: network, before: entry, after: NetworkEntry())
      if entry.verdict == .allowed { noLongerAllowed.append(change) } else { noLongerDenied.append(change) }
    }
    additions = [allowed, denied].filter { !$0.isEmpty }
    removals = [noLongerDenied, noLongerAllowed].filter { !$0.isEmpty }
  }

  var isEmpty: Bool { additions.isEmpty && removals.isEmpty }
}
