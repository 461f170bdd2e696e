import ReflectorCore
import XDPControl

/// The checks of what policy is asked for.
extension Configuration {
  /// Entries of each list: `REFLECTOR_MAX_NETWORKS`, of either family, and `REFLECTOR_MAX_MACS`.
  static let mostNetworks = 131_072
  static let mostMACs = 1024
  package static let flowsRange = 1024...16_777_216
  package static let burstRange = 20...10_000
  package static let holdOffRange = 1...3600

  /// The policy that can be had: without conversations nobody sees that a frame goes round.
  var effectivePolicy: Policy {
    var policy = policy
    if flows == 0, policy.loopGuard == .watch { policy.loopGuard = .off }
    return policy
  }

  /// What of it was put right, for the operator.
  var policyNotices: [String] {
    policy.loopGuard == .watch && flows == 0
      ? ["--loop-guard watch needs conversations to be kept, and with --flows 0 none are: it is off"] : []
  }

  /// - Parameter addresses: those of the interface.
  func instructions(_ addresses: [InterfaceAddress]) -> Instructions {
    Instructions(
      rules: rules, oui: oui, policy: effectivePolicy, keepsFlows: flows > 0,
      interfaceNetworks: InterfaceNetworks.of(addresses, allowed: oui == nil))
  }

  func validatePolicy() throws(ReflectorError) {
    try Self.check(
      flows == 0 || Self.flowsRange.contains(flows), "flows", "\(flows)", "0 for none, or 1024 to 16777216")
    if policy.stormLimit != nil, flows == 0 {
      throw ReflectorError(
        .usage, what: "--storm can't be used with --flows 0",
        why: "it is a limit of each conversation, and none are kept", remedy: "leave --storm or --flows out")
    }
    try policy.validate()
    try validateLists()
  }

  private func validateLists() throws(ReflectorError) {
    let both = Set(policy.allowedSources).intersection(policy.deniedSources)
    if let network = both.min() { throw .allowedAndDenied(network) }
    let sources = Set(policy.allowedSources).union(policy.deniedSources)
    let lists = [("allow", sources), ("allow-destination", Set(policy.allowedDestinations))]
    for (option, networks) in lists {
      for family in [Network.Family.ipv4, .ipv6] {
        let count = networks.count { $0.family == family }
        try Self.check(
          count <= Self.mostNetworks, option, "with \(count) \(family.name) networks",
          "at most \(Self.mostNetworks), those of --deny among them")
      }
    }
    let macs = Set(policy.deniedMACs).count
    try Self.check(macs <= Self.mostMACs, "deny", "with \(macs) MAC addresses", "at most \(Self.mostMACs)")
  }

  static func check(_ good: Bool, _ option: String, _ value: String, _ allowed: String) throws(ReflectorError) {
    guard !good else { return }
    throw ReflectorError(
      .usage, what: "--\(option) \(value) can't be used", why: "it must be \(allowed)",
      remedy: "see reflector-xdp attach --help, «--\(option)»")
  }
}

extension Policy {
  /// Checks the figures; what they are called is the options' names.
  func validate() throws(ReflectorError) {
    let frames = [
      ("source-rate", sourceLimit.framesPerSecond), ("total-rate", totalLimit.framesPerSecond), ("storm", stormLimit),
    ]
    for (option, rate) in frames {
      try Configuration.check(
        rate.map(RateLimit.framesRange.contains) ?? true, option, rate.map(String.init) ?? "",
        "1 to 1000000000 frames a second (1G)")
    }
    for (option, rate) in [("source-bits", sourceLimit.bitsPerSecond), ("total-bits", totalLimit.bitsPerSecond)] {
      try Configuration.check(
        rate.map(RateLimit.bitsRange.contains) ?? true, option, rate.map(String.init) ?? "",
        "1000 (1k) to 1000000000000 (1000G) bits a second")
    }
    try Configuration.check(
      Configuration.burstRange.contains(burst), "burst", "\(burst)", "20 to 10000 milliseconds")
    try Configuration.check(
      Configuration.holdOffRange.contains(holdOff), "hold-off", "\(holdOff)", "1 to 3600 seconds")
  }
}
