/// Constants of the generic netlink family `netdev`: include/uapi/linux/netdev.h of Linux 6.18, generated
/// from Documentation/netlink/specs/netdev.yaml. Debian 12's headers (6.1) don't have the file.
enum NetdevFamily {
  static let name = "netdev"

  enum Command {
    /// NETDEV_CMD_DEV_GET, 6.3.
    static let deviceGet = 1
    /// NETDEV_CMD_QUEUE_GET, 6.8.
    static let queueGet = 10
  }

  /// NETDEV_A_DEV_*.
  enum Device {
    static let index = 1
    static let xdpFeatures = 3
    static let zeroCopyMaximumSegments = 4
    static let xskFeatures = 6
  }

  /// NETDEV_A_QUEUE_*.
  enum Queue {
    static let id = 1
    static let index = 2
    static let type = 3
    /// NETDEV_QUEUE_TYPE_RX.
    static let receive: UInt32 = 0
  }
}
