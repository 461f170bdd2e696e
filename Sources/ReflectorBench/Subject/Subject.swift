/// What reflects.
enum Subject: Hashable, Sendable {
  /// A bare swap and XDP_TX: the most that the veth pair and the tester can do.
  case kernel
  /// `reflector-xdp attach`: sleeps in poll() when there is nothing to do.
  case blocking
  /// `reflector-xdp attach --busy-poll`.
  case busyPoll
  /// `reflector-xdp attach` with other options: what a setting changes shows beside `blocking`. Without any it is
  /// `blocking` once more, and shows how far two measurements of the same thing are apart.
  case with(String)

  /// As it is asked for, and called in the report.
  var name: String {
    switch self {
    case .kernel: "kernel"
    case .blocking: "blocking"
    case .busyPoll: "busy-poll"
    case .with(let options): options.isEmpty ? "the same again" : options
    }
  }

  /// Of `attach`, beside those that every subject gets.
  var options: [String] {
    switch self {
    case .kernel, .blocking: []
    case .busyPoll: ["--busy-poll"]
    case .with(let options): options.split(separator: " ").map(String.init)
    }
  }
}

extension Subject: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
