import CLinux
import Testing

@testable import XDPControl

/// The choice among what the sources say, each of which may be silent.
@Suite struct ReceiveQueuesTests {
  private func channels(combined: UInt32, receive: UInt32, maximum: (UInt32, UInt32)) -> Channels {
    var channels = ethtool_channels()
    channels.combined_count = combined
    channels.rx_count = receive
    channels.max_combined = maximum.0
    channels.max_rx = maximum.1
    return Channels(channels)
  }

  @Test func `the kernel's own count comes first`() {
    let channels = channels(combined: 2, receive: 1, maximum: (8, 0))
    let queues = ReceiveQueues(allocated: 64, real: 4, channels: channels, rings: 9)
    #expect(queues.inUse == 4 && queues.source == .netdev && queues.maximum == 8)
  }

  @Test func `then RX and combined channels together`() {
    let channels = channels(combined: 2, receive: 1, maximum: (8, 8))
    let queues = ReceiveQueues(allocated: 8, real: nil, channels: channels, rings: 9)
    // A queue that may be of either kind is in both maxima: 8 are allocated, so there are never 16.
    #expect(queues.inUse == 3 && queues.source == .channels && queues.maximum == 8)
  }

  @Test func `then rings, and at last what is allocated`() {
    let none = channels(combined: 0, receive: 0, maximum: (0, 0))
    let rings = ReceiveQueues(allocated: 16, real: nil, channels: none, rings: 5)
    #expect(rings.inUse == 5 && rings.source == .receiveRings && rings.maximum == 16)
    let allocated = ReceiveQueues(allocated: 16, real: nil, channels: nil, rings: nil)
    #expect(allocated.inUse == 16 && allocated.source == .allocated && allocated.maximum == 16)
    let nothing = ReceiveQueues(allocated: 0, real: nil, channels: nil, rings: 0)
    #expect(nothing.inUse == 1 && nothing.maximum == 1)
  }
}
