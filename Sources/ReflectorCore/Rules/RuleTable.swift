/// Rules in the form that frames are matched with, which is the form of the pinned maps.
///
/// A frame's port gives a list of shapes, each shape one look-up. The shapes of a port stand in the
/// order in which the rules were given, with those for any port among them, and the first rule that
/// matches wins. A list of rules for which this order couldn't be kept is refused.
public struct RuleTable: Sendable {
  /// `REFLECTOR_MAX_RULES`
  public static let maximumRules = 64
  /// `REFLECTOR_MAX_SHAPES`, for each port.
  public static let maximumShapes = 4

  /// As given; a rule's index is its id.
  public let rules: [Rule]
  /// Map `ports`: what to try for UDP destination ports that a rule names.
  public let ports: [UInt16: [Shape]]
  /// `any_port` in the map `config`: what to try for all other ports. Empty if no rule takes any port.
  public let anyPort: [Shape]
  /// Map `signatures`: the rule's id.
  public let signatures: [SignatureKey: Int]

  /// Throws the first of what is wrong: the number of rules, a name given twice, a signature given
  /// twice, more than four shapes for a port, an order that can't be kept.
  public init(_ rules: [Rule]) throws(RuleError) {
    guard rules.count <= Self.maximumRules else { throw .tooManyRules(rules.count) }
    try Self.checkNames(of: rules)
    signatures = try Self.signatures(of: rules)
    anyPort = try Self.shapes(of: rules.filter { $0.port == 0 }, port: 0)
    var ports: [UInt16: [Shape]] = [:]
    for port in Set(rules.map(\.port)).subtracting([0]).sorted() {
      ports[port] = try Self.shapes(of: rules.filter { $0.port == port || $0.port == 0 }, port: port)
    }
    self.ports = ports
    self.rules = rules
  }

  /// Names are what counters are told apart by.
  private static func checkNames(of rules: [Rule]) throws(RuleError) {
    var names: Set<String> = []
    for rule in rules where !names.insert(rule.name).inserted { throw .sameName(rule.name) }
  }

  /// The same signature for one port and for any is no contradiction, but two entries: the first rule
  /// wins.
  private static func signatures(of rules: [Rule]) throws(RuleError) -> [SignatureKey: Int] {
    var signatures: [SignatureKey: Int] = [:]
    for (id, rule) in rules.enumerated() {
      if let first = signatures.updateValue(id, forKey: SignatureKey(of: rule)) {
        throw .sameSignature(first: rules[first].name, second: rule.name)
      }
    }
    return signatures
  }

  /// The shapes of one port's rules, each where its first rule stands.
  private static func shapes(of rules: [Rule], port: UInt16) throws(RuleError) -> [Shape] {
    var shapes: [Shape] = []
    for (index, rule) in rules.enumerated() {
      let shape = Shape(of: rule)
      guard let position = shapes.firstIndex(of: shape) else {
        guard shapes.count < maximumShapes else { throw .tooManyShapes(rule: rule.name, port: port) }
        shapes.append(shape)
        continue
      }
      // The rule is tried together with the first one of its shape, so before rules of later shapes
      // that stand before it: harmless unless a frame can match both.
      let overtaken = rules[..<index].first {
        shapes[(position + 1)...].contains(Shape(of: $0)) && $0.signature.canStand(with: rule.signature)
      }
      if let overtaken { throw .outOfOrder(first: overtaken.name, second: rule.name) }
    }
    return shapes
  }
}
