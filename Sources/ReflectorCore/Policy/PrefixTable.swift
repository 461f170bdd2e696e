/// Networks with a value each; of those that have an address, the one with the longest prefix answers.
///
/// One dictionary for each length of a prefix that is there, so at most 33 look-ups (129 for IPv6).
struct PrefixTable<Value: Sendable>: Sendable {
  private var values: [Int: [Network: Value]] = [:]
  /// Lengths that are there, the longest first.
  private var lengths: [Int] = []

  var isEmpty: Bool { values.isEmpty }

  subscript(network: Network) -> Value? {
    get { values[network.prefixLength]?[network] }
    set {
      values[network.prefixLength, default: [:]][network] = newValue
      lengths = values.keys.sorted(by: >)
    }
  }

  func longestMatch(_ address: IPAddress) -> Value? {
    let width = Network(address).family.width
    for length in lengths where length <= width {
      if let value = self[Network(containing: address, prefixLength: length)] { return value }
    }
    return nil
  }
}
