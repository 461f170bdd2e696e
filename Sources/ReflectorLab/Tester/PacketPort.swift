import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Sends and receives whole Ethernet frames on one interface (AF_PACKET), in the namespace of the
/// thread that makes it. Needs CAP_NET_RAW, and CAP_NET_ADMIN for the size of the sockets' queues.
package struct PacketPort: ~Copyable {
  private let sender: OwnedDescriptor
  private var receivers: PacketReceivers

  /// - Parameter queues: of the interface, at least 1.
  package init(_ interface: String, queues: Int) throws(SystemCallError) {
    let index = try check("if_nametoindex \(interface)") {
      let index = CInt(bitPattern: if_nametoindex(interface))
      return index > 0 ? index : -1
    }
    // Protocol 0 receives nothing: what the sender sends it needn't filter out again.
    let sender = try PacketSocket.open(index, protocol: 0)
    try PacketSocket.set(sender, "SO_SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
    receivers = try PacketReceivers.open(index, queues: queues)
    self.sender = sender
  }

  /// Sends one frame. false if there is no room for it now: receive something, then try again.
  ///
  /// Not past the queueing discipline (PACKET_QDISC_BYPASS): a veth has none, and the bypass sends
  /// every frame to one queue where the ordinary way spreads flows over all of them.
  package borrowing func send(_ frame: [UInt8]) throws(SystemCallError) -> Bool {
    let descriptor = sender.rawValue
    do throws(SystemCallError) {
      try checkRetrying("send") { Glibc.send(descriptor, frame, frame.count, CInt(MSG_DONTWAIT)) }
      return true
    } catch  where error.errno == .resourceTemporarilyUnavailable || error.errno == .noBufferSpace {
      return false
    }
  }

  /// Waits for frames, and hands over those that are there, at most 64 of each queue.
  ///
  /// - Parameters:
  ///   - milliseconds: how long to wait for the first one.
  ///   - body: takes a frame as it was on the wire, its VLAN tags in place, and its queue.
  package mutating func receive(
    waiting milliseconds: Int, _ body: (_ frame: [UInt8], _ queue: Int) -> Void
  ) throws(SystemCallError) {
    try receivers.receive(waiting: milliseconds, body)
  }
}
