import CLinux
import LinuxSystem
import SystemPackage

/// How many RX queues an interface has in use: as many sockets take all of its frames.
///
/// The kernel knows (real_num_rx_queues) and tells since 6.8. Before, it is put together from what drivers
/// answer, and they differ: some have only combined channels, some RX ones, and some count neither. A number
/// too low leaves frames of some queues to the stack; one too high makes a bind fail with EINVAL, which is
/// seen at once. So where nobody knows, the higher one it is.
package struct ReceiveQueues: Hashable, Sendable {
  /// Where a number is from, the best one first.
  package enum Source: Hashable, Sendable {
    /// NETDEV_CMD_QUEUE_GET, Linux 6.8: the kernel's real_num_rx_queues. Silent while the interface is down.
    case netdev
    /// ETHTOOL_GCHANNELS: RX and combined channels.
    case channels
    /// ETHTOOL_GRXRINGS: rings that RSS may use, by the driver's word.
    case receiveRings
    /// IFLA_NUM_RX_QUEUES: those allocated, so rather too many than too few.
    case allocated
  }

  /// Queues 0 ..< inUse. Attaching a program may change it: read it again afterwards.
  package let inUse: Int
  /// The most that it can be raised to: the size for an XSKMAP.
  package let maximum: Int
  package let source: Source

  /// Asks for what changes: name and index are taken from `interface`, the numbers are not, except
  /// those allocated, which stay for an interface's life.
  package static func of(_ interface: Interface) throws(NetlinkError) -> ReceiveQueues {
    let real = try realQueues(of: interface)
    do {
      let channels = try Channels.of(interface)
      // Asked last, because to some drivers it is a question to the hardware.
      let rings = real == nil && channels == nil ? try rings(of: interface) : nil
      return ReceiveQueues(allocated: Int(interface.receiveQueues), real: real, channels: channels, rings: rings)
    } catch {
      throw NetlinkError(error)
    }
  }

  /// The choice among the sources; each nil, or 0, when it has nothing to say.
  init(allocated: Int, real: Int?, channels: Channels?, rings: Int?) {
    let candidates: [(Int?, Source)] = [
      (real, .netdev), (channels?.current.receiveQueues, .channels), (rings, .receiveRings),
    ]
    // Every interface has at least one RX queue.
    var best = (max(allocated, 1), Source.allocated)
    if let (count, source) = candidates.first(where: { ($0.0 ?? 0) > 0 }), let count { best = (count, source) }
    inUse = best.0
    source = best.1

    // real_num_rx_queues never exceeds those allocated. Drivers allocate for their largest model,
    // though, and count a queue that can be either kind in both maxima: so the smaller of the two.
    let raisable = channels?.maximum.receiveQueues ?? 0
    maximum = max(inUse, raisable > 0 ? min(raisable, max(allocated, 1)) : max(allocated, 1))
  }

  /// Nil when the kernel has no such command, or the interface is down.
  private static func realQueues(of interface: Interface) throws(NetlinkError) -> Int? {
    guard var netdev = try GenericNetlink(family: NetdevFamily.name) else { return nil }
    do {
      let queues = try netdev.collect(
        "NETDEV_CMD_QUEUE_GET \(interface.name)", command: NetdevFamily.Command.queueGet, isDump: true,
        { $0.put(NetdevFamily.Queue.index, UInt32(bitPattern: interface.index)) },
        receiveQueue)
      return queues.isEmpty ? nil : queues.count
    } catch {
      // 6.3 to 6.7: the family is there and the command isn't.
      guard error.errno == .notSupportedOnSocket else { throw error }
      return nil
    }
  }

  /// The id of an RX queue; nil for a TX queue, or when there is no id.
  static func receiveQueue(_ attributes: RawSpan) -> UInt32? {
    var id: UInt32?
    var type: UInt32?
    NetlinkAttributes.forEach(in: attributes) { attribute, value in
      switch attribute {
      case NetdevFamily.Queue.id: id = value.u32()
      case NetdevFamily.Queue.type: type = value.u32()
      default: break
      }
    }
    return type == NetdevFamily.Queue.receive ? id : nil
  }

  private static func rings(of interface: Interface) throws(SystemCallError) -> Int? {
    var rings = ethtool_rxnfc()
    rings.cmd = UInt32(ETHTOOL_GRXRINGS)
    guard try EthtoolSocket().ask("ETHTOOL_GRXRINGS", of: interface.name, &rings) else { return nil }
    return Int(clamping: rings.data)
  }
}
