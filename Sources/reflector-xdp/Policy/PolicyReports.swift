import ReflectorCore
import ReflectorXDP

/// What a command changed: its JSON, and its text.
struct ChangeReport: Encodable {
  let interface: String
  /// In words, one a thing.
  let changes: [String]
  /// To whom the reflector answers now.
  let answers: String

  var text: String {
    let lines = changes.isEmpty ? ["nothing changed"] : changes
    return lines.map { "\(interface): \($0)\n" }.joined() + "\(interface): answers \(answers)\n"
  }
}

struct RuleReport: Encodable {
  struct Entry: Encodable {
    let name: String
    /// 0 for any.
    let port: UInt16
    let offset: UInt16
    /// Hexadecimal.
    let bytes: String
  }

  let interface: String
  let rules: [Entry]

  init(_ interface: String, _ rules: [Rule]) {
    self.interface = interface
    self.rules = rules.map {
      Entry(
        name: $0.name, port: $0.port, offset: $0.signature.offset,
        bytes: $0.signature.bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined())
    }
  }

  /// In the order in which they are tried.
  var text: String {
    let rows = rules.map { ["\($0.name)", $0.port == 0 ? "any" : "\($0.port)", "\($0.offset)", $0.bytes] }
    return TextTable.render([["rule", "port", "offset", "bytes"]] + rows).joined(separator: "\n") + "\n"
  }
}

struct AllowReport: Encodable {
  let interface: String
  /// To whom the reflector answers, in words.
  let answers: String
  let allowed: [String]
  /// The interface's own networks, allowed because any OUI is answered.
  let interfaceNetworks: [String]
  let destinations: [String]

  init(_ interface: String, _ state: PolicyInForce) {
    self.interface = interface
    answers = state.answers
    allowed = state.policy.allowedSources.sorted().map(\.description)
    interfaceNetworks = state.interfaceNetworks.map(\.description)
    destinations = state.policy.allowedDestinations.sorted().map(\.description)
  }

  func text(destinations isWanted: Bool) -> String {
    let lines =
      isWanted
      ? destinations : allowed + interfaceNetworks.filter { !allowed.contains($0) }.map { $0 + "  # the interface's" }
    let heading =
      isWanted
      ? "answers for \(destinations.isEmpty ? "any destination" : "\(destinations.count) networks of destinations")"
      : "answers \(answers)"
    return (["# \(interface) \(heading)"] + lines).map { $0 + "\n" }.joined()
  }
}

struct DenyReport: Encodable {
  let interface: String
  let networks: [String]
  let macs: [String]

  init(_ interface: String, _ policy: Policy) {
    self.interface = interface
    networks = policy.deniedSources.sorted().map(\.description)
    macs = policy.deniedMACs.sorted().map(\.description)
  }

  var text: String {
    let count = networks.count + macs.count
    return (["# \(interface) denies \(count == 0 ? "nobody" : "\(count)")"] + networks + macs).map { $0 + "\n" }
      .joined()
  }
}

struct LimitReport: Encodable {
  let interface: String
  let sourceRate: UInt64?
  let sourceBits: UInt64?
  let totalRate: UInt64?
  let totalBits: UInt64?
  let burstMs: Int
  let loopGuard: String
  let storm: UInt64?
  let holdOffS: Int
  let refused: String

  init(_ interface: String, _ policy: Policy) {
    self.interface = interface
    sourceRate = policy.sourceLimit.framesPerSecond
    sourceBits = policy.sourceLimit.bitsPerSecond
    totalRate = policy.totalLimit.framesPerSecond
    totalBits = policy.totalLimit.bitsPerSecond
    burstMs = policy.burst
    loopGuard = policy.loopGuard.rawValue
    storm = policy.stormLimit
    holdOffS = policy.holdOff
    refused = policy.refused.rawValue
  }

  static func text(_ policy: Policy) -> String {
    let units = [
      "source-rate": "frames/s of each source", "source-bits": "bits/s of each source",
      "total-rate": "frames/s of all", "total-bits": "bits/s of all", "burst": "ms of each rate at once",
      "storm": "frames/s of a conversation", "hold-off": "s after a loop or a storm",
    ]
    let rows = Limit.all(policy).map { [$0.name, $0.value, $0.value == "none" ? "" : units[$0.name] ?? ""] }
    return TextTable.render(rows).joined(separator: "\n") + "\n"
  }
}
