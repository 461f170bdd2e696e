import CLinux
import CMNL
import LinuxSystem
import SystemPackage

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

    package init(combined: Int = 0, receive: Int = 0, transmit: Int = 0, other: Int = 0) {
      self.combined = combined
      self.receive = receive
      self.transmit = transmit
      self.other = other
    }

    /// RX queues that this makes, of both kinds.
    package var receiveQueues: Int { receive + combined }
    package var transmitQueues: Int { transmit + combined }
  }

  /// In use.
  package let current: Counts
  /// What each may be raised to, not necessarily together.
  package let maximum: Counts

  package init(current: Counts, maximum: Counts) {
    self.current = current
    self.maximum = maximum
  }

  // `ethtool -L` changes them, attaching a program may (virtio_net), and so they are never kept.

  /// Nil when the driver has no channels (`lo`, `tun`, many virtual ones).
  package static func of(_ interface: Interface) throws(SystemCallError) -> Channels? {
    var channels = ethtool_channels()
    channels.cmd = UInt32(ETHTOOL_GCHANNELS)
    guard try EthtoolSocket().ask("ETHTOOL_GCHANNELS", of: interface.name, &channels) else { return nil }
    return Channels(channels)
  }

  /// Changes the counts that aren't so already. Most drivers take the link down for it, the RSS table may be made
  /// anew, and queues with an AF_XDP socket can't go (`requested channel counts are too low for existing
  /// zerocopy AF_XDP sockets`). Needs CAP_NET_ADMIN.
  package static func set(_ wanted: Counts, of interface: Interface) throws(NetlinkError) {
    let now: Counts?
    do {
      now = try of(interface)?.current
    } catch {
      throw NetlinkError(error)
    }
    try EthtoolMessage.set(
      "ETHTOOL_MSG_CHANNELS_SET", Int(ETHTOOL_MSG_CHANNELS_SET), of: interface,
      [
        .init(ETHTOOL_A_CHANNELS_COMBINED_COUNT, wanted.combined, was: now?.combined),
        .init(ETHTOOL_A_CHANNELS_RX_COUNT, wanted.receive, was: now?.receive),
        .init(ETHTOOL_A_CHANNELS_TX_COUNT, wanted.transmit, was: now?.transmit),
        .init(ETHTOOL_A_CHANNELS_OTHER_COUNT, wanted.other, was: now?.other),
      ])
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
