/// Flow control by pause frames (ETHTOOL_MSG_PAUSE_GET, `ethtool -a`).
package struct PauseSettings: Hashable, Sendable {
  package var isAutonegotiated: Bool
  /// Stops sending when the other side asks for it.
  package var receive: Bool
  /// Asks the other side to stop when its own RX queue fills.
  package var transmit: Bool

  package init(isAutonegotiated: Bool, receive: Bool, transmit: Bool) {
    self.isAutonegotiated = isAutonegotiated
    self.receive = receive
    self.transmit = transmit
  }
}
