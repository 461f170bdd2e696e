import CBPF
import CReflectorABI
import LinuxSystem
import ReflectorCore
import SystemPackage
import Testing

@testable import XDPControl

/// Instructions in the kernel's maps.
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct PolicyMapsTests {
  private static let mac = MACAddress(2, 0, 0, 0, 0, 1)

  private func network(_ text: String) throws -> Network { try Network(parsing: text) }

  private func rule(_ name: String, port: UInt16 = 7) throws -> Rule {
    try Rule(name: name, port: port, signature: Signature(offset: 0, bytes: Array(name.utf8)))
  }

  /// One of everything.
  private func everything() throws -> Instructions {
    var policy = Policy()
    policy.allowedSources = [try network("192.0.2.0/24"), try network("2001:db8::/32")]
    policy.deniedSources = [try network("192.0.2.128/25"), try network("2001:db8:1::/48")]
    policy.deniedMACs = [MACAddress(0, 0xc0, 0x17, 0, 0, 9)]
    policy.allowedDestinations = [try network("198.51.100.1/32"), try network("2001:db8::1/128")]
    policy.sourceLimit = RateLimit(framesPerSecond: 1000, bitsPerSecond: 1_000_000)
    policy.totalLimit = RateLimit(framesPerSecond: nil, bitsPerSecond: 1_000_000_000)
    policy.burst = 120
    policy.loopGuard = .hopLimit
    policy.stormLimit = 200_000
    policy.holdOff = 30
    policy.refused = .pass
    return Instructions(
      rules: RuleSet.ito.rules() + [try rule("own", port: 0)], oui: nil, policy: policy, keepsFlows: true,
      interfaceNetworks: [try network("203.0.113.5/32"): .own, try network("203.0.113.0/24"): .allowed])
  }

  private func plain(_ rules: [Rule]) -> Instructions {
    Instructions(rules: rules, oui: .netAlly, policy: Policy(), keepsFlows: true)
  }

  @Test func `instructions come back as they went in`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    let instructions = try everything()
    try maps.install(instructions, mac: Self.mac)
    let state = try maps.policyState()
    #expect(state.instructions == instructions)
    #expect(state.generation == 0)
    #expect(
      state.config.checks
        == (REFLECTOR_CHECK_MACS.rawValue | REFLECTOR_CHECK_SOURCES.rawValue | REFLECTOR_CHECK_DESTINATIONS.rawValue
          | REFLECTOR_CHECK_SOURCE_RATE.rawValue | REFLECTOR_CHECK_TOTAL_RATE.rawValue
          | REFLECTOR_CHECK_STORM.rawValue | REFLECTOR_KEEP_FLOWS.rawValue))
    #expect(state.config.refuse_other_sources == 1 && state.config.loop_guard == 2)
    let allowed = try #require(try maps.networks4.value(reflector_network4_key(network("203.0.113.0/24"))))
    #expect(allowed.configured == 0 && allowed.interface == REFLECTOR_NETWORK_ALLOWED.rawValue)
    // As the program reads it: an address in wire order.
    #expect(reflector_network4_key(try network("192.0.2.0/24")).address == (192, 0, 2, 0))
  }

  @Test func `a list alone stays in its bank, rules and settings go to the other`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    var instructions = plain(RuleSet.ito.rules())
    instructions.policy.deniedSources = [try network("10.0.0.0/8")]
    try maps.install(instructions, mac: Self.mac)
    instructions.policy.deniedSources = [try network("10.1.0.0/16")]
    #expect(try maps.apply(instructions, before: maps.policyState()))
    #expect(try maps.policyState().generation == 2)
    instructions.policy.sourceLimit.framesPerSecond = 5
    #expect(try maps.apply(instructions, before: maps.policyState()))
    #expect(try maps.policyState().generation == 3)
    #expect(try maps.policyState().instructions == instructions)
    #expect(try maps.config.value(0)?.source_rate.frame_cost == 0, "the bank that was left is as it was")
    #expect(!(try maps.apply(instructions, before: maps.policyState())))
    #expect(try maps.policyState().generation == 3, "nothing changed, so nothing is looked up again")
    // Entries that go after the settings did: known conversations are looked up once more.
    instructions.policy.deniedSources = []
    try maps.apply(instructions, before: maps.policyState())
    #expect(try maps.policyState().generation == 6)
    #expect(try maps.policyState().instructions == instructions)
  }

  @Test func `rules keep their ids and counters through both banks`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    let (a, b, c) = (try rule("a"), try rule("b"), try rule("c", port: 0))
    try maps.install(plain([a, b]), mac: Self.mac)
    for rules in [[b, c, a], [c, a], [a, b, c], []] {
      try maps.apply(plain(rules), before: maps.policyState())
      let state = try maps.policyState()
      #expect(state.rules.map(\.rule) == rules)
      #expect(state.rules.first { $0.rule == a }?.id ?? 0 == 0)
      #expect(Set(state.rules.map(\.id)).count == rules.count)
      #expect(state.config.any_port.count == (rules.contains(c) ? 1 : 0))
      let start = state.bank * REFLECTOR_SLOTS.rawValue
      let ports = try (0..<REFLECTOR_SLOTS.rawValue).compactMap { try maps.ports.value(start + $0) }
      #expect(ports.filter { $0.count != 0 }.map(\.port) == (rules.contains(a) || rules.contains(b) ? [7] : []))
    }
  }

  @Test func `an id that counted for another rule starts from 0`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    for id in 0..<UInt32(64) {
      try maps.ruleCounters.updateOnAllCPUs(id, reflector_rule_counters(frames: 9, bytes: 900))
    }
    let (a, b) = (try rule("a"), try rule("b"))
    try maps.install(plain([a]), mac: Self.mac)
    try maps.ruleCounters.updateOnAllCPUs(0, reflector_rule_counters(frames: 9, bytes: 900))
    try maps.apply(plain([a, b]), before: maps.policyState())
    let rules = try maps.policyState().rules
    #expect(try maps.ruleCounters.values(rules[0].id).allSatisfy { $0.frames == 9 })
    #expect(try maps.ruleCounters.values(rules[1].id).allSatisfy { $0.frames == 0 && $0.bytes == 0 })
  }

  @Test func `what doesn't fit is refused before anything is written`() throws {
    let object = try ReflectorObject(queues: 1)
    let small = try SmallMaps(object)
    let maps = small.maps
    var instructions = plain(RuleSet.ito.rules())
    instructions.policy.allowedSources = try (0..<3).map { try network("10.0.\($0).0/24") }
    try maps.install(instructions, mac: Self.mac)
    let before = try maps.policyState()
    func refused(_ change: (inout Instructions) throws -> Void) throws -> PolicyError? {
      var new = instructions
      try change(&new)
      return #expect(throws: PolicyError.self) { try maps.apply(new, before: before) }
    }
    #expect(
      try refused { $0.policy.allowedSources = try (0..<5).map { try network("10.0.\($0).0/24") } }
        == .tooManyNetworks(.ipv4, count: 5, capacity: 4))
    #expect(
      try refused { $0.policy.allowedSources = try (0..<3).map { try network("10.1.\($0).0/24") } }
        == .noRoomForBoth(.ipv4, count: 6, capacity: 4))
    #expect(
      try refused { $0.policy.deniedSources = [try network("10.0.0.0/24")] }
        == .allowedAndDenied(try network("10.0.0.0/24")))
    #expect(
      try refused { $0.policy.deniedMACs = (0..<1025).map { MACAddress(2, 0, 0, 0, UInt8($0 >> 8), UInt8($0 & 255)) } }
        == .tooManyMACs(count: 1025, capacity: 1024))
    #expect(try refused { $0.rules += $0.rules } == .rules(.sameName("ito.probeot")))
    #expect(try maps.policyState().instructions == instructions)
    #expect(try maps.policyState().generation == 0)
  }

  @Test func `what the kernel refuses halfway is taken back`() throws {
    let object = try ReflectorObject(queues: 1)
    let small = try SmallMaps(object)
    let maps = small.maps
    var instructions = plain(RuleSet.ito.rules())
    instructions.policy.allowedSources = [try network("10.0.0.0/24")]
    try maps.install(instructions, mac: Self.mac)
    let before = try maps.policyState()
    // Behind the writer's back: what has room by what was read has none.
    for number in UInt8(1)...2 {
      try maps.networks4.update(
        reflector_network4_key(try network("172.16.\(number).0/24")), reflector_network(configured: 1, interface: 0))
    }
    var new = instructions
    new.policy.allowedSources = try (5..<7).map { try network("10.0.\($0).0/24") }
    new.policy.deniedMACs = [Self.mac]
    let error = #expect(throws: PolicyError.self) { try maps.apply(new, before: before) }
    guard case .system(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.errno == .noSpace)
    let after = try maps.policyState().instructions.policy
    #expect(
      after.allowedSources
        == [try network("10.0.0.0/24"), try network("172.16.1.0/24"), try network("172.16.2.0/24")])
    #expect(after.deniedMACs.isEmpty)
    #expect(try maps.policyState().generation == 0)
  }

  @Test func `a hundred thousand networks come and go in one change`() throws {
    let object = try ReflectorObject(queues: 1)
    let maps = try object.maps()
    var instructions = plain(RuleSet.ito.rules())
    try maps.install(instructions, mac: Self.mac)
    let many = (0..<UInt32(100_000)).map {
      Network(containing: .v4(IPv4Address(rawValue: 0x0a00_0000 + $0 << 4)), prefixLength: 28)
    }
    instructions.policy.deniedSources = many
    let start = MonotonicClock.nanoseconds
    try maps.apply(instructions, before: maps.policyState())
    #expect(try maps.policyState().instructions.policy.deniedSources == many)
    instructions.policy.deniedSources = []
    try maps.apply(instructions, before: maps.policyState())
    #expect(try maps.policyState().networks.isEmpty)
    // Without batches of entries it would be a minute in a build like this.
    #expect(MonotonicClock.nanoseconds - start < 20_000_000_000)
  }
}

/// The reflector's maps, with lists of few entries in the place of its own.
private final class SmallMaps {
  let maps: ReflectorMaps
  private var descriptors: [CInt] = []

  init(_ object: borrowing ReflectorObject) throws {
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.map_flags = UInt32(BPF_F_NO_PREALLOC)
    let small = try check("bpf BPF_MAP_CREATE") { bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "small", 8, 8, 4, &options) }
    descriptors = [small]
    var found: [MapName: CInt] = [:]
    for name in MapName.allCases { found[name] = try object.descriptor(ofMap: name.rawValue) }
    found[.networks4] = small
    maps = try ReflectorMaps { (name) throws(SystemCallError) in found[name] ?? -1 }
  }

  deinit {
    for descriptor in descriptors { _ = OwnedDescriptor(descriptor) }
  }
}
