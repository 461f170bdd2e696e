import ReflectorCore
import Testing
import XDPControl

@testable import ReflectorXDP

/// What commands do to lists.
struct PolicyEditsTests {
  private func network(_ text: String) throws -> Network { try Network(parsing: text) }

  private var state: PolicyInForce {
    PolicyInForce(
      Instructions(
        rules: RuleSet.ito.rules() + RuleSet.rfc2544.rules(), oui: .netAlly, policy: Policy(), keepsFlows: true))
  }

  @Test func `rules come last, and go by name or with their set`() throws {
    var state = state
    let own = try Rule(parsing: "name=own,port=7,bytes=00")
    try state.add([own])
    #expect(state.rules.map(\.name) == ["ito.probeot", "ito.data", "ito.latency", "rfc2544", "own"])
    try state.remove(rules: ["ito.data", "own"])
    #expect(state.rules.map(\.name) == ["ito.probeot", "ito.latency", "rfc2544"])
    try state.remove(rules: ["ito", "rfc2544"])
    #expect(state.rules.isEmpty)
  }

  @Test func `what is there can't be added, and what isn't can't be removed`() throws {
    var state = state
    let before = state
    #expect(throws: ReflectorError.self) { try state.add(RuleSet.ito.rules(port: 9)) }
    #expect(throws: ReflectorError.self) { try state.remove(rules: ["rfc2544", "y1564"]) }
    // A prefix that is no set's name.
    #expect(throws: ReflectorError.self) { try state.remove(rules: ["ito.p"]) }
    let same = try Rule(parsing: "name=other,port=3842,bytes=text:RFC2544")
    #expect(throws: ReflectorError.self) { try state.add([same]) }
    #expect(state == before)
    let net = try network("10.0.0.0/8")
    try state.allow([net])
    for error in [
      #expect(throws: ReflectorError.self) { try state.allow([net]) },
      #expect(throws: ReflectorError.self) { try state.disallow([network("10.0.0.0/9")]) },
      #expect(throws: ReflectorError.self) { try state.disallow([net, net]) },
      #expect(throws: ReflectorError.self) { try state.deny([network("10.0.0.0/9"), network("10.0.0.0/9")], []) },
      #expect(throws: ReflectorError.self) { try state.undeny([], [MACAddress(2, 0, 0, 0, 0, 1)]) },
      #expect(throws: ReflectorError.self) { try state.disallow(destinations: [net]) },
    ] {
      #expect(error?.kind == .configuration)
    }
  }

  @Test func `lists grow and shrink`() throws {
    var state = state
    let nets = try ["10.0.0.0/8", "10.0.0.0/9", "2001:db8::/32"].map(network)
    let mac = MACAddress(2, 0, 0, 0, 0, 1)
    try state.allow(nets)
    try state.deny([network("10.1.0.0/16")], [mac])
    try state.allow(destinations: [nets[0]])
    try state.disallow([nets[1]])
    #expect(state.policy.allowedSources == [nets[0], nets[2]])
    #expect(try state.policy.deniedSources == [network("10.1.0.0/16")] && state.policy.deniedMACs == [mac])
    #expect(state.answers == "sources with OUI 00:c0:17 in 10.0.0.0/8, 2001:db8::/32, less 2 denied")
    try state.undeny([network("10.1.0.0/16")], [mac])
    try state.disallow(destinations: [nets[0]])
    #expect(state.policy.deniedSources.isEmpty && state.policy.allowedDestinations.isEmpty)
  }

  @Test func `what looks at conversations can't be had without`() throws {
    var instructions = Instructions(rules: [], oui: nil, policy: Policy(), keepsFlows: false)
    instructions.policy.loopGuard = .off
    #expect(throws: Never.self) { try PolicyInForce(instructions).validate() }
    instructions.policy.stormLimit = 9
    #expect(throws: ReflectorError.self) { try PolicyInForce(instructions).validate() }
    instructions.policy.stormLimit = nil
    instructions.policy.loopGuard = .watch
    #expect(throws: ReflectorError.self) { try PolicyInForce(instructions).validate() }
  }

  @Test func `changes are told in words, many of a kind by their number`() throws {
    let before = Instructions(rules: RuleSet.ito.rules(), oui: .netAlly, policy: Policy(), keepsFlows: true)
    var after = before
    #expect(PolicyChanges(from: before, to: after).lines.isEmpty)
    after.rules = RuleSet.ito.rules().reversed()
    #expect(
      PolicyChanges(from: before, to: after).lines == ["rules in another order: ito.latency, ito.data, ito.probeot"])
    after.rules = RuleSet.ito.rules().dropLast() + RuleSet.y1564.rules()
    after.oui = nil
    after.policy.deniedSources = (0..<5).map { Network(.v4(IPv4Address(10, 0, 0, $0))) }
    after.policy.allowedSources = [try network("10.1.0.0/16")]
    after.policy.sourceLimit.framesPerSecond = 14_880_000
    after.policy.refused = .pass
    #expect(
      PolicyChanges(from: before, to: after).lines == [
        "rule ito.latency removed", "rule y1564 added", "any-oui", "allow 10.1.0.0/16 added", "deny: 5 added",
        "source-rate 14880k, was none", "refused pass, was drop",
      ])
  }
}
