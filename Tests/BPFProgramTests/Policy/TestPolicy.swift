import CReflectorABI
import ReflectorCore

/// A policy in the words of the maps. Written here once more, apart from the product's loader, on purpose: what both
/// got wrong in the same way no test would see.
struct TestPolicy {
  var policy: Policy
  var interface = InterfaceNetworks()
  /// Conversations that are kept at the least; nil for none.
  var flows: UInt32?

  init(flows: UInt32? = nil, _ change: (inout Policy) -> Void = { $0.loopGuard = .off }) {
    policy = Policy()
    self.flows = flows
    change(&policy)
  }

  /// Refuses nothing, whatever the OUI.
  static let open = TestPolicy {
    $0.loopGuard = .off
    $0.allowedSources = Network.any
  }

  func classifier(of table: Classifier, oui: OUI?) -> Classifier {
    Classifier(
      mac: table.mac, oui: oui, table: table.table, gate: Gate(policy, interface: interface, oui: oui))
  }

  /// Writes what the program reads into its settings.
  func fill(_ config: inout reflector_config) {
    let refusesOthers = config.any_oui != 0 || !policy.allowedSources.isEmpty
    config.refuse_other_sources = refusesOthers ? 1 : 0
    config.pass_refused = policy.refused == .pass ? 1 : 0
    config.loop_guard =
      switch policy.loopGuard {
      case .off: UInt8(REFLECTOR_GUARD_OFF.rawValue)
      case .watch: UInt8(REFLECTOR_GUARD_WATCH.rawValue)
      case .hopLimit: UInt8(REFLECTOR_GUARD_HOP_LIMIT.rawValue)
      }
    let burst = UInt64(policy.burst) * 256_000_000
    config.source_rate = Self.rate(policy.sourceLimit, burst)
    config.total_rate = Self.rate(policy.totalLimit, burst)
    config.storm_cost = policy.stormLimit.map { 256_000_000_000 / $0 } ?? 0
    config.storm_burst = burst
    config.hold_ns = UInt64(policy.holdOff) * 1_000_000_000
    config.checks = checks(refusesOthers: refusesOthers)
  }

  private func checks(refusesOthers: Bool) -> UInt32 {
    let wanted: [(reflector_checks, Bool)] = [
      (REFLECTOR_CHECK_MACS, !policy.deniedMACs.isEmpty),
      (REFLECTOR_CHECK_SOURCES, refusesOthers || !sources.isEmpty),
      (REFLECTOR_CHECK_DESTINATIONS, !policy.allowedDestinations.isEmpty),
      (REFLECTOR_CHECK_SOURCE_RATE, policy.sourceLimit != RateLimit()),
      (REFLECTOR_CHECK_TOTAL_RATE, policy.totalLimit != RateLimit()),
      (REFLECTOR_CHECK_STORM, policy.stormLimit != nil),
      (REFLECTOR_KEEP_FLOWS, flows != nil),
    ]
    return wanted.reduce(0) { $1.1 ? $0 | $1.0.rawValue : $0 }
  }

  private static func rate(_ limit: RateLimit, _ burst: UInt64) -> reflector_rate {
    reflector_rate(
      frame_cost: limit.framesPerSecond.map { 256_000_000_000 / $0 } ?? 0,
      byte_cost: limit.bitsPerSecond.map { 8_000_000_000 << 24 / $0 } ?? 0, burst: burst)
  }

  /// What stands in `networks4` and `networks6`.
  var sources: [Network: reflector_network] {
    var values: [Network: reflector_network] = [:]
    for network in interface.networks {
      values[network, default: .init()].interface = REFLECTOR_NETWORK_ALLOWED.rawValue
    }
    for address in interface.addresses {
      values[Network(address), default: .init()].interface = REFLECTOR_NETWORK_OWN.rawValue
    }
    for network in policy.allowedSources {
      values[network, default: .init()].configured = REFLECTOR_NETWORK_ALLOWED.rawValue
    }
    for network in policy.deniedSources {
      values[network, default: .init()].configured = REFLECTOR_NETWORK_DENIED.rawValue
    }
    return values
  }
}

extension Network {
  var key4: reflector_network4_key {
    var key = reflector_network4_key()
    key.prefix_length = UInt32(prefixLength)
    withUnsafeMutableBytes(of: &key.address) { $0.copyBytes(from: UInt32(bits).bigEndianBytes) }
    return key
  }

  var key6: reflector_network6_key {
    var key = reflector_network6_key()
    key.prefix_length = UInt32(prefixLength)
    withUnsafeMutableBytes(of: &key.address) { $0.copyBytes(from: IPv6Address(rawValue: bits).bytes) }
    return key
  }
}

extension reflector_mac_key {
  init(_ mac: MACAddress) {
    self.init()
    self.mac = mac.tuple
  }
}
