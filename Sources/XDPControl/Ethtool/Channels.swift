import CLinux
import LinuxSystem

/// How an interface's queues are divided (ETHTOOL_GCHANNELS, `ethtool -l`).
package struct Channels: Hashable, Sendable {
  package struct Counts: Hashable, Sendable {
    // A driver has either combined queues, or the two kinds apart, or a mixture; what it hasn't is 0.

    /// Queues for both directions.
    package var combined: Int
    package var receive: Int
    package var transmit: Int
    /// For link interrupts and the like: no frames.
    package var other: Int

    /// RX queues that this makes, of both kinds.
    package var receiveQueues: Int { receive + combined }
    package var transmitQueues: Int { transmit + combined }
  }

  /// In use.
  package let current: Counts
  /// What each may be raised to, not necessarily together.
  package let maximum: Counts

  // `ethtool -L` changes them, attaching a program may (virtio_net), and so they are never kept.

  /// Nil when the driver has no channels (`lo`, `tun`, many virtual ones).
  package static func of(_ interface: Interface) throws(SystemCallError) -> Channels? {
    var channels = ethtool_channels()
    channels.cmd = UInt32(ETHTOOL_GCHANNELS)
    guard try EthtoolSocket().ask("ETHTOOL_GCHANNELS", of: interface.name, &channels) else { return nil }
    return Channels(channels)
  }

  init(_ channels: ethtool_channels) {
    current = Counts(
      combined: Int(channels.combined_count), receive: Int(channels.rx_count), transmit: Int(channels.tx_count),
      other: Int(channels.other_count))
    maximum = Counts(
      combined: Int(channels.max_combined), receive: Int(channels.max_rx), transmit: Int(channels.max_tx),
      other: Int(channels.max_other))
  }
}
