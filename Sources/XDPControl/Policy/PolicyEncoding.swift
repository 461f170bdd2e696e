import CReflectorABI
import ReflectorCore

/// Rates as the program has them: what a frame and a byte cost, in parts of a nanosecond.
enum RateCost {
  /// 1/256 ns in a second.
  private static let second: UInt64 = 1_000_000_000 << 8
  /// 2^-24 ns times the bits of a byte.
  private static let byte: UInt64 = 8_000_000_000 << 24

  /// `reflector_rate.frame_cost`; 0 for any rate.
  static func frame(_ framesPerSecond: UInt64?) -> UInt64 { cost(framesPerSecond, second) }
  /// `reflector_rate.byte_cost`; 0 for any rate.
  static func byte(_ bitsPerSecond: UInt64?) -> UInt64 { cost(bitsPerSecond, byte) }
  static func frames(ofCost cost: UInt64) -> UInt64? { rate(ofCost: cost, second) }
  static func bits(ofCost cost: UInt64) -> UInt64? { rate(ofCost: cost, byte) }

  /// `reflector_rate.burst`.
  static func burst(milliseconds: Int) -> UInt64 { UInt64(milliseconds) * 1_000_000 << 8 }
  static func milliseconds(ofBurst burst: UInt64) -> Int { Int(burst >> 8 / 1_000_000) }

  /// Rounded, and never 0, which is no limit.
  private static func cost(_ rate: UInt64?, _ unit: UInt64) -> UInt64 {
    guard let rate, rate > 0 else { return 0 }
    return max((unit + rate / 2) / rate, 1)
  }

  /// Of the rates that have this cost the roundest: most likely what was asked for. It has the same cost, so that
  /// what is read and written again stays what it is.
  private static func rate(ofCost cost: UInt64, _ unit: UInt64) -> UInt64? {
    guard cost > 0 else { return nil }
    let exact = (unit + cost / 2) / cost
    var power: UInt64 = 1_000_000_000_000
    while power > 1 {
      let round = (exact + power / 2) / power * power
      if round > 0, self.cost(round, unit) == cost { return round }
      power /= 10
    }
    return max(exact, 1)
  }
}

extension reflector_rate {
  init(_ limit: RateLimit, burst milliseconds: Int) {
    self.init(
      frame_cost: RateCost.frame(limit.framesPerSecond), byte_cost: RateCost.byte(limit.bitsPerSecond),
      burst: RateCost.burst(milliseconds: milliseconds))
  }

  var limit: RateLimit {
    RateLimit(framesPerSecond: RateCost.frames(ofCost: frame_cost), bitsPerSecond: RateCost.bits(ofCost: byte_cost))
  }

  var isLimit: Bool { frame_cost != 0 || byte_cost != 0 }
}

extension Policy.LoopGuard {
  var abi: reflector_loop_guard {
    switch self {
    case .off: REFLECTOR_GUARD_OFF
    case .watch: REFLECTOR_GUARD_WATCH
    case .hopLimit: REFLECTOR_GUARD_HOP_LIMIT
    }
  }

  init(abi: UInt8) {
    self = Self.allCases.first { UInt8($0.abi.rawValue) == abi } ?? .off
  }
}

extension reflector_config {
  /// - Parameters:
  ///   - hasNetworks, hasDestinations: whether the lists of sources and of destinations have entries.
  init(
    _ instructions: Instructions, _ table: RuleTable, seed: UInt32, hasNetworks: Bool, hasDestinations: Bool
  ) {
    let policy = instructions.policy
    self.init(oui: instructions.oui, seed: seed, anyPort: table.anyPort)
    pass_refused = policy.refused == .pass ? 1 : 0
    refuse_other_sources = instructions.oui == nil || !policy.allowedSources.isEmpty ? 1 : 0
    loop_guard = UInt8(policy.loopGuard.abi.rawValue)
    source_rate = reflector_rate(policy.sourceLimit, burst: policy.burst)
    total_rate = reflector_rate(policy.totalLimit, burst: policy.burst)
    storm_cost = RateCost.frame(policy.stormLimit)
    storm_burst = RateCost.burst(milliseconds: policy.burst)
    hold_ns = UInt64(policy.holdOff) * 1_000_000_000
    let checks: [(reflector_checks, Bool)] = [
      (REFLECTOR_CHECK_MACS, !policy.deniedMACs.isEmpty),
      (REFLECTOR_CHECK_SOURCES, hasNetworks || refuse_other_sources != 0),
      (REFLECTOR_CHECK_DESTINATIONS, hasDestinations),
      (REFLECTOR_CHECK_SOURCE_RATE, source_rate.isLimit),
      (REFLECTOR_CHECK_TOTAL_RATE, total_rate.isLimit),
      (REFLECTOR_CHECK_STORM, storm_cost != 0),
      (REFLECTOR_KEEP_FLOWS, instructions.keepsFlows),
    ]
    self.checks = checks.filter(\.1).reduce(0) { $0 | $1.0.rawValue }
  }

  /// The settings; the lists are elsewhere.
  var policy: Policy {
    var policy = Policy()
    policy.sourceLimit = source_rate.limit
    policy.totalLimit = total_rate.limit
    policy.burst = RateCost.milliseconds(ofBurst: source_rate.burst)
    policy.loopGuard = Policy.LoopGuard(abi: loop_guard)
    policy.stormLimit = RateCost.frames(ofCost: storm_cost)
    policy.holdOff = Int(hold_ns / 1_000_000_000)
    policy.refused = pass_refused == 0 ? .drop : .pass
    return policy
  }

  var knownOUI: OUI? { any_oui == 0 ? OUI(oui.0, oui.1, oui.2) : nil }

  func isSame(as other: Self) -> Bool {
    withUnsafeBytes(of: self) { mine in withUnsafeBytes(of: other) { mine.elementsEqual($0) } }
  }
}

extension reflector_network4_key {
  init(_ network: Network) {
    self.init()
    prefix_length = UInt32(network.prefixLength)
    withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: UInt32(network.bits).bigEndian, as: UInt32.self) }
  }

  var network: Network {
    let bits = withUnsafeBytes(of: address) { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
    return Network(containing: .v4(IPv4Address(rawValue: bits)), prefixLength: Int(min(prefix_length, 32)))
  }
}

extension reflector_network6_key {
  init(_ network: Network) {
    self.init()
    prefix_length = UInt32(network.prefixLength)
    withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: network.bits.bigEndian, as: UInt128.self) }
  }

  var network: Network {
    let bits = withUnsafeBytes(of: address) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    return Network(containing: .v6(IPv6Address(rawValue: bits)), prefixLength: Int(min(prefix_length, 128)))
  }
}

extension reflector_network {
  init(_ entry: NetworkEntry) {
    self.init(configured: entry.configured.rawValue, interface: entry.interface.rawValue)
  }

  var entry: NetworkEntry {
    NetworkEntry(
      configured: NetworkVerdict(rawValue: configured) ?? .none, interface: NetworkVerdict(rawValue: interface) ?? .none
    )
  }
}

extension reflector_mac_key {
  init(_ mac: MACAddress) { self.init(mac: mac.tuple, reserved: (0, 0)) }
}

extension reflector_rule {
  /// Nil for an entry that no user space of this layout writes.
  package var rule: Rule? {
    let text = withUnsafeBytes(of: name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let length = Int(signature.length)
    guard (1...16).contains(length) else { return nil }
    let bytes = withUnsafeBytes(of: signature.bytes) { Array($0.suffix(length)) }
    guard let known = try? Signature(offset: Int(signature.offset), bytes: bytes) else { return nil }
    return try? Rule(name: text, port: signature.port, signature: known)
  }
}
