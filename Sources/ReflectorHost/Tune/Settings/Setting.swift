package import XDPControl

/// One thing that `tune` sets, and can put back.
///
/// What the kernel takes in one call is one setting (both rings, both pause directions): a NIC that resets its link
/// for each of them does so once.
package enum Setting: Hashable, Sendable {
  /// Offloads by the kernel's names, such as `rx-lro`.
  case feature(String)
  /// The TX checksum of a veth's far end.
  case peerChecksum
  case pause
  case rings
  case channels
  case rssTable
  case hashFields(HashedFlow)
  case coalescing
  /// The CPUs that an interrupt may go to.
  case interrupt(Int)
  /// `napi_defer_hard_irqs` and `gro_flush_timeout`.
  case napi
  /// A CPU's.
  case governor(Int)
  case hugePages

  /// What a user calls a sort of them, in `--only` and `--skip`.
  package enum Group: String, CaseIterable, Sendable {
    case offloads, pause, rings, channels, rss, hash, coalescing, interrupts, napi, governor
    case hugePages = "huge-pages"

    /// Belongs to the host and not to the interface.
    package var isHostWide: Bool { self == .governor || self == .hugePages }
  }

  package var group: Group {
    switch self {
    case .feature, .peerChecksum: .offloads
    case .pause: .pause
    case .rings: .rings
    case .channels: .channels
    case .rssTable: .rss
    case .hashFields: .hash
    case .coalescing: .coalescing
    case .interrupt: .interrupts
    case .napi: .napi
    case .governor: .governor
    case .hugePages: .hugePages
    }
  }

  package var isHostWide: Bool { group.isHostWide }

  /// The order of setting. Channels come before what they change: the RSS table, the interrupts' numbers, often
  /// coalescing. What resets the link comes first, so that it has come back when the rest is done.
  package var rank: Int {
    switch self {
    case .feature: 0
    case .peerChecksum: 1
    case .pause: 2
    case .rings: 3
    case .channels: 4
    case .rssTable: 5
    case .hashFields: 6
    case .coalescing: 7
    case .interrupt: 8
    case .napi: 9
    case .governor: 10
    case .hugePages: 11
    }
  }

  /// The order of putting back: the other way round, but channels before the RSS table both times. A table is only
  /// as good as the queues that there are.
  package var revertRank: Int {
    switch self {
    case .channels: -Setting.rssTable.rank
    case .rssTable: -Setting.channels.rank
    default: -rank
    }
  }

  /// Whether to look at the host again before going on: the interrupts of new channels have new numbers.
  package var changesOthers: Bool { self == .channels }
}

extension Setting: CustomStringConvertible, Codable {
  /// The name in state files and in JSON: it stays.
  package var description: String {
    switch self {
    case .feature(let name): "feature \(name)"
    case .peerChecksum: "peer tx-checksum"
    case .pause: "pause"
    case .rings: "rings"
    case .channels: "channels"
    case .rssTable: "rss table"
    case .hashFields(let flow): "hash \(flow.rawValue)"
    case .coalescing: "coalescing"
    case .interrupt(let number): "irq \(number)"
    case .napi: "napi"
    case .governor(let cpu): "governor cpu\(cpu)"
    case .hugePages: "huge pages"
    }
  }

  private static let plain: [Setting] = [
    .peerChecksum, .pause, .rings, .channels, .rssTable, .coalescing, .napi, .hugePages,
  ]

  /// Nil for a name that this version doesn't have.
  package init?(_ name: String) {
    if let setting = Self.plain.first(where: { $0.description == name }) {
      self = setting
      return
    }
    let words = name.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    switch words[0] {
    case "feature": self = .feature(String(words[1]))
    case "hash":
      guard let flow = HashedFlow(rawValue: String(words[1])) else { return nil }
      self = .hashFields(flow)
    case "irq":
      guard let number = Int(words[1]) else { return nil }
      self = .interrupt(number)
    case "governor":
      guard words[1].hasPrefix("cpu"), let cpu = Int(words[1].dropFirst(3)) else { return nil }
      self = .governor(cpu)
    default: return nil
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let setting = Setting(name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no setting is called '\(name)'")
    }
    self = setting
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
