/// What reflects.
enum Subject: String, CaseIterable, Encodable, Sendable {
  /// A bare swap and XDP_TX: the most that the veth pair and the tester can do.
  case kernel
  /// `reflector-xdp attach`: sleeps in poll() when there is nothing to do.
  case blocking
  /// `reflector-xdp attach --busy-poll`.
  case busyPoll = "busy-poll"
}
