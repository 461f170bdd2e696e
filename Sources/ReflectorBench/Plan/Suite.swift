/// A question to the benchmark, and the cases that answer it.
package enum Suite: String, CaseIterable, Codable, Sendable {
  /// Frames a second and round trips, by the number of frames under way.
  case windows
  /// By the frame's length.
  case sizes
  /// By the number of rules.
  case rules
  /// By the number of conversations, with and without a table of them.
  case conversations
  /// By the number of networks in the list of allowed sources, which the sources are in.
  case networks
  /// By what policy has to do for each frame.
  case policy
  /// By the number of queues, on as many CPUs.
  case queues
  /// Round trips one frame at a time and at a moderate rate, against the kernel's limit.
  case latency
  /// The highest rate without a loss, and a long time at nine tenths of it.
  case lossless
  /// From the start to the first frame that came back, and memory.
  case start
  /// CPU time without traffic.
  case idle

  /// Whether its cases take turns in rounds.
  var isLive: Bool {
    switch self {
    case .windows, .sizes, .rules, .conversations, .networks, .policy, .queues, .latency: true
    case .lossless, .start, .idle: false
    }
  }

  static let manyConversations = 1_000_000
  static let manyNetworks = 100_000
  /// Frames a second of the suite `latency`: far from any subject's limit.
  static let moderateRate = 100_000

  /// What it varies, from what the others are compared with to the most.
  func loads(windows: [Int]) -> [Load] {
    switch self {
    case .windows: windows.map { Load(window: $0) }
    case .sizes: [64, 128, 256, 512, 1024, 1518].map { Load(size: $0) }
    case .conversations: [1, Self.manyConversations].map { Load(conversations: $0) }
    case .networks: [Load(networks: Self.manyNetworks)]
    case .latency: [Load(window: 1), Load(rate: Self.moderateRate)]
    case .rules, .policy, .queues: [Load()]
    case .lossless, .start, .idle: []
    }
  }

  /// How a subject is started for it, in the same order.
  func setups(of subject: Subject) -> [Setup] {
    switch self {
    case .rules: subject.hasRules ? [1, 16, 64].map { Setup(subject: subject, rules: $0) } : []
    case .queues: subject.neverRests ? [] : [1, 2].map { Setup(subject: subject, queues: $0, sharesCPUs: true) }
    case .networks:
      (subject.hasRules ? [0, Self.manyNetworks] : [0]).map { Setup(subject: subject, networks: $0) }
    case .conversations: works(of: subject, [.none, .usual])
    case .policy: works(of: subject, [.none, .usual, .all])
    case .windows, .sizes, .latency: [Setup(subject: subject)]
    case .lossless, .start, .idle: []
    }
  }

  private func works(of subject: Subject, _ works: [PolicyWork]) -> [Setup] {
    (subject.hasRules ? works : [.usual]).map { Setup(subject: subject, policy: $0) }
  }

  /// In the order of a round.
  func cases(of subjects: [Subject], windows: [Int]) -> [Case] {
    subjects.flatMap { subject in
      setups(of: subject).flatMap { setup in
        loads(windows: windows).map { Case(suite: self, setup: setup, load: $0) }
      }
    }
  }
}
