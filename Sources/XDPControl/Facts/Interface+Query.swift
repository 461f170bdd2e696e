import CMNL
import Glibc
import LinuxSystem
import SystemPackage

extension Interface {
  /// RTEXT_FILTER_SKIP_STATS: the counters are half of the message, and nobody here reads them.
  private static let filter: UInt32 = 1 << 3
  /// ALTIFNAMSIZ and IFNAMSIZ, without the NUL.
  private static let longestAlternativeName = 127
  private static let longestName = 15

  /// The interface by name or alternative name (Linux 5.5) in the calling thread's network namespace.
  package static func find(_ name: String) throws(InterfaceError) -> Interface {
    let length = name.utf8.count
    // The kernel would take a name up to its NUL and find another interface than the one asked for.
    guard length > 0, length <= longestAlternativeName, !name.utf8.contains(0) else { throw .notFound(name) }
    // IFLA_IFNAME finds alternative names too, but refuses those that couldn't be a name.
    let attribute = length <= longestName ? Int(IFLA_IFNAME) : Int(IFLA_ALT_IFNAME)
    return try get(name, ifinfomsg()) { $0.put(attribute, name) }
  }

  /// The interface by index.
  package static func find(index: CInt) throws(InterfaceError) -> Interface {
    // The kernel takes 0 for "by name", and has another error for it.
    guard index > 0 else { throw .notFound("#\(index)") }
    var header = ifinfomsg()
    header.ifi_index = index
    return try get("#\(index)", header) { _ in }
  }

  private static func get(
    _ name: String, _ header: ifinfomsg, _ fill: (inout NetlinkRequest) -> Void
  ) throws(InterfaceError) -> Interface {
    var request = NetlinkRequest("RTM_GETLINK \(name)", type: Int(RTM_GETLINK), header)
    fill(&request)
    request.put(Int(IFLA_EXT_MASK), filter)
    let found: [Interface]
    do {
      var socket = try NetlinkSocket(NETLINK_ROUTE)
      found = try socket.collect(request) { Interface($0, $1) }
    } catch {
      throw error.errno == .noSuchDevice ? .notFound(name) : .kernel(error)
    }
    guard let interface = found.first else { throw .notFound(name) }
    return interface
  }

  /// All interfaces of the calling thread's network namespace, by index.
  package static func all() throws(NetlinkError) -> [Interface] {
    var request = NetlinkRequest("RTM_GETLINK", type: Int(RTM_GETLINK), flags: Int(NLM_F_DUMP), ifinfomsg())
    request.put(Int(IFLA_EXT_MASK), filter)
    var socket = try NetlinkSocket(NETLINK_ROUTE)
    return try socket.collect(request) { Interface($0, $1) }.sorted { $0.index < $1.index }
  }
}
