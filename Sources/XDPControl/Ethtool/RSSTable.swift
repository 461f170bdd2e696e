/// Which RX queue a hash goes to (ETHTOOL_MSG_RSS_GET, ETHTOOL_GRSSH; `ethtool -x`).
package struct RSSTable: Hashable, Sendable {
  /// The queue of each slot of the indirection table; the table's size is the driver's.
  package var queues: [UInt32]

  package init(queues: [UInt32]) {
    self.queues = queues
  }
}
