import CLinux
import LinuxSystem
import SystemPackage

/// Which RX queue a hash goes to (ETHTOOL_MSG_RSS_GET, ETHTOOL_GRSSH; `ethtool -x`).
package struct RSSTable: Hashable, Sendable {
  /// The queue of each slot of the indirection table; the table's size is the driver's.
  package var queues: [UInt32]

  package init(queues: [UInt32]) {
    self.queues = queues
  }

  /// Nil when the driver has no table, or an empty one (veth; virtio_net on a host without RSS).
  package static func of(_ interface: Interface) throws(NetlinkError) -> RSSTable? {
    let told = try EthtoolMessage.get("ETHTOOL_MSG_RSS_GET", RSSMessage.get, of: interface) { RSSTable($0) }
    if let table = told { return table.queues.isEmpty ? nil : table }
    // Before 6.2, or a driver without: the ioctl knows which.
    do {
      return try EthtoolSocket().rss(of: interface.name).map { RSSTable(queues: $0.queues) }
    } catch {
      throw NetlinkError(error)
    }
  }

  /// Writes the table, of the size that it has. Hash key and function stay as they are. Needs CAP_NET_ADMIN.
  ///
  /// The table counts as the user's own from then on: with fewer channels than it names, `ethtool -L` is refused.
  package static func set(_ wanted: RSSTable, of interface: Interface) throws(NetlinkError) {
    let operation = "ETHTOOL_MSG_RSS_SET \(interface.name)"
    guard let now = try of(interface) else { throw NetlinkError(operation, .notSupportedOnSocket) }
    guard now != wanted else { return }
    guard now.queues.count == wanted.queues.count else {
      let sizes = "\(wanted.queues.count) slots for a table of \(now.queues.count)"
      throw NetlinkError("\(operation): \(sizes)", .invalidArgument)
    }
    if try told(wanted.queues, interface), try of(interface) == wanted { return }
    // Before 6.17 there is no such message. And its first kernels compare only a quarter of the table when they look
    // for a change (rss_set_prep_indir: a size in slots where bytes are meant), and then say yes and do nothing.
    try write(wanted.queues, interface)
    guard try of(interface) == wanted else {
      throw NetlinkError("ETHTOOL_SRSSH \(interface.name): the driver took the table and has another", .ioError)
    }
  }

  /// Gives the table back to the driver, which spreads it over all queues and does so anew with each change of
  /// their number. Needs CAP_NET_ADMIN.
  package static func reset(of interface: Interface) throws(NetlinkError) {
    try write([], interface)
  }

  /// False where kernel or driver has no such message.
  private static func told(_ queues: [UInt32], _ interface: Interface) throws(NetlinkError) -> Bool {
    do {
      try EthtoolMessage.set("ETHTOOL_MSG_RSS_SET", RSSMessage.set, of: interface) { request in
        request.put(RSSMessage.indirection, queues.withUnsafeBytes { Array($0) })
      }
      return true
    } catch {
      guard error.errno == .notSupportedOnSocket else { throw error }
      return false
    }
  }

  private static func write(_ queues: [UInt32], _ interface: Interface) throws(NetlinkError) {
    do {
      try EthtoolSocket().setRSS(queues, of: interface.name)
    } catch {
      throw NetlinkError(error)
    }
  }

  /// From the attributes of ETHTOOL_MSG_RSS_GET_REPLY, which has none for an empty table.
  init(_ attributes: RawSpan) {
    var queues: [UInt32] = []
    NetlinkAttributes.forEach(in: attributes) { type, value in
      if type == RSSMessage.indirection { queues = (0..<value.byteCount / 4).compactMap { value.u32(at: 4 * $0) } }
    }
    self.queues = queues
  }
}

/// Constants that Debian 12's headers (6.1) don't have: linux/ethtool_netlink_generated.h of Linux 6.18.
enum RSSMessage {
  /// ETHTOOL_MSG_RSS_GET, 6.2.
  static let get = 38
  /// ETHTOOL_MSG_RSS_SET, 6.17.
  static let set = 48
  /// ETHTOOL_A_RSS_INDIR.
  static let indirection = 4
}

/// ETHTOOL_GRSSH and ETHTOOL_SRSSH: `struct ethtool_rxfh`, six words, and then the table and the hash key.
extension EthtoolSocket {
  private static let headerWords = 6
  private enum Word {
    static let tableSize = 2
    /// From the first byte on: hash function, input transformation (6.8), two reserved.
    static let function = 4
  }

  /// The table, and the word to send back with a new one. Nil when the driver has no table.
  func rss(of name: String) throws(SystemCallError) -> (queues: [UInt32], function: UInt32)? {
    var sizes = [UInt32](repeating: 0, count: Self.headerWords)
    sizes[0] = UInt32(ETHTOOL_GRSSH)
    guard try ask("ETHTOOL_GRSSH", of: name, words: &sizes), sizes[Word.tableSize] > 0 else { return nil }
    // Only the table: with a key size of 0 the kernel copies no key. Another size than the driver's is EINVAL.
    var words = [UInt32](repeating: 0, count: Self.headerWords + Int(sizes[Word.tableSize]))
    words[0] = UInt32(ETHTOOL_GRSSH)
    words[Word.tableSize] = sizes[Word.tableSize]
    guard try ask("ETHTOOL_GRSSH", of: name, words: &words) else { return nil }
    return (Array(words[Self.headerWords...]), words[Word.function])
  }

  /// Writes a table of the driver's size, or with an empty one goes back to the driver's own.
  func setRSS(_ queues: [UInt32], of name: String) throws(SystemCallError) {
    guard let now = try rss(of: name) else { throw SystemCallError("ETHTOOL_SRSSH \(name)", .notSupportedOnSocket) }
    var words = [UInt32](repeating: 0, count: Self.headerWords) + queues
    words[0] = UInt32(ETHTOOL_SRSSH)
    words[Word.tableSize] = UInt32(queues.count)
    // Hash function 0 is "no change". The input transformation has no such value on all kernels, and so goes
    // back as it came: reserved, and 0, before 6.8.
    words[Word.function] = Self.withoutFunction(now.function)
    guard try ask("ETHTOOL_SRSSH", of: name, words: &words) else {
      throw SystemCallError("ETHTOOL_SRSSH \(name)", .notSupportedOnSocket)
    }
  }

  static func withoutFunction(_ word: UInt32) -> UInt32 {
    var bytes = withUnsafeBytes(of: word) { Array($0) }
    bytes[0] = 0
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }
}
