import CReflectorABI
import LinuxSystem
import ReflectorCore

/// What is in force, as it stands in the maps.
package struct PolicyState: Sendable {
  package let generation: UInt64
  let config: reflector_config
  /// In order.
  package let rules: [RuleEntry]
  package let networks: [Network: NetworkEntry]
  let destinations: Set<Network>
  let macs: Set<MACAddress>

  /// A rule and where it is counted.
  package struct RuleEntry: Hashable, Sendable {
    package let rule: Rule
    /// Index in `rule_counters`.
    package let id: UInt32
  }

  /// Half of the maps of rules and settings: 0 or 1.
  var bank: UInt32 { UInt32(truncatingIfNeeded: generation & 1) }

  /// The same as it was told.
  package var instructions: Instructions {
    var policy = config.policy
    policy.allowedSources = networks.filter { $0.value.configured == .allowed }.keys.sorted()
    policy.deniedSources = networks.filter { $0.value.configured == .denied }.keys.sorted()
    policy.allowedDestinations = destinations.sorted()
    policy.deniedMACs = macs.sorted()
    return Instructions(
      rules: rules.map(\.rule), oui: config.knownOUI, policy: policy,
      keepsFlows: config.checks & REFLECTOR_KEEP_FLOWS.rawValue != 0, interfaceNetworks: interfaceNetworks)
  }

  package var interfaceNetworks: [Network: NetworkVerdict] {
    networks.compactMapValues { $0.interface == .none ? nil : $0.interface }
  }
}

extension ReflectorMaps {
  /// Reads what is in force. While others may write: take turns with ``PolicyLock``.
  package func policyState() throws(SystemCallError) -> PolicyState {
    let number = try generation.value(0)?.number ?? 0
    var networks: [Network: NetworkEntry] = [:]
    try networks4.forEachEntry { networks[$0.network] = $1.entry }
    try networks6.forEachEntry { networks[$0.network] = $1.entry }
    var destinations: Set<Network> = []
    try destinations4.forEachEntry { key, _ in destinations.insert(key.network) }
    try destinations6.forEachEntry { key, _ in destinations.insert(key.network) }
    var macs: Set<MACAddress> = []
    try deniedMACs.forEachEntry { key, _ in macs.insert(MACAddress(key.mac)) }
    let rules = try rules().sorted { $0.position < $1.position }
    return PolicyState(
      generation: number, config: try config.value(UInt32(truncatingIfNeeded: number & 1)) ?? reflector_config(),
      rules: rules.compactMap { entry in entry.rule.map { PolicyState.RuleEntry(rule: $0, id: entry.id) } },
      networks: networks, destinations: destinations, macs: macs)
  }
}
