public import ReflectorCore
import XDPControl

/// What commands do to lists. Each names all that is wrong with what it was given, and changes nothing then.
extension PolicyInForce {
  /// To whom the reflector answers, in words: `any source with OUI 00:c0:17`.
  public var answers: String {
    "\(Openness(instructions))"
  }

  private var instructions: Instructions {
    Instructions(
      rules: rules, oui: oui, policy: policy, keepsFlows: keepsFlows,
      interfaceNetworks: Dictionary(interfaceNetworks.map { ($0, .allowed) }, uniquingKeysWith: { $1 }))
  }

  /// At the end of the rules.
  public mutating func add(_ new: [Rule]) throws(ReflectorError) {
    let names = Set(rules.map(\.name))
    if let known = new.first(where: { names.contains($0.name) }) {
      throw .already("rule \(known.name)", "is there", "remove it first, or give yours another name")
    }
    do {
      rules = try RuleTable(rules + new).rules
    } catch {
      throw .rules(error)
    }
  }

  /// - Parameter names: of rules, or of a rule set all of whose rules are meant.
  public mutating func remove(rules names: [String]) throws(ReflectorError) {
    var gone: Set<String> = []
    for name in names {
      let meant = rules.filter { $0.name == name || $0.name.hasPrefix(name + ".") && RuleSet(rawValue: name) != nil }
      guard !meant.isEmpty else {
        throw .missing("rule \(name)", "there are " + Self.named(rules.map(\.name)), "see reflector-xdp rules list")
      }
      gone.formUnion(meant.map(\.name))
    }
    rules.removeAll { gone.contains($0.name) }
  }

  public mutating func allow(_ networks: [Network]) throws(ReflectorError) {
    try Self.add(networks, to: &policy.allowedSources, "allowed")
  }

  public mutating func disallow(_ networks: [Network]) throws(ReflectorError) {
    try Self.remove(networks, from: &policy.allowedSources, "allowed")
  }

  public mutating func deny(_ networks: [Network], _ macs: [MACAddress]) throws(ReflectorError) {
    try Self.add(networks, to: &policy.deniedSources, "denied")
    try Self.add(macs, to: &policy.deniedMACs, "denied")
  }

  public mutating func undeny(_ networks: [Network], _ macs: [MACAddress]) throws(ReflectorError) {
    try Self.remove(networks, from: &policy.deniedSources, "denied")
    try Self.remove(macs, from: &policy.deniedMACs, "denied")
  }

  public mutating func allow(destinations networks: [Network]) throws(ReflectorError) {
    try Self.add(networks, to: &policy.allowedDestinations, "an allowed destination")
  }

  public mutating func disallow(destinations networks: [Network]) throws(ReflectorError) {
    try Self.remove(networks, from: &policy.allowedDestinations, "an allowed destination")
  }

  private static func add<Entry: Hashable & CustomStringConvertible>(
    _ new: [Entry], to list: inout [Entry], _ state: String
  ) throws(ReflectorError) {
    var known = Set(list)
    let doubles = new.filter { !known.insert($0).inserted }
    guard doubles.isEmpty else {
      throw .already(named(doubles.map(\.description)), "is \(state)", "leave it out; nothing was changed")
    }
    list += new
  }

  private static func remove<Entry: Hashable & CustomStringConvertible>(
    _ old: [Entry], from list: inout [Entry], _ state: String
  ) throws(ReflectorError) {
    var known = Set(list)
    let missing = old.filter { known.remove($0) == nil }
    guard missing.isEmpty else {
      throw .missing(
        named(missing.map(\.description)), "it isn't \(state), or is named twice", "leave it out; nothing was changed")
    }
    list.removeAll { !known.contains($0) }
  }

  private static func named(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    return names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }
}

extension ReflectorError {
  fileprivate static func already(_ what: String, _ why: String, _ remedy: String) -> ReflectorError {
    ReflectorError(.configuration, what: "\(what) can't be added", why: "it \(why) already", remedy: remedy)
  }

  fileprivate static func missing(_ what: String, _ why: String, _ remedy: String) -> ReflectorError {
    ReflectorError(.configuration, what: "\(what) can't be removed", why: why, remedy: remedy)
  }
}
