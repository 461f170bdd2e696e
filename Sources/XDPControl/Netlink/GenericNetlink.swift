import CMNL
import SystemPackage

/// Generic netlink: families are found by name, and may not be there in this kernel.
///
/// A family's number is given out at boot, so it is asked for each time: once per question, which is
/// nothing beside what it saves in state to keep right.
struct GenericNetlink: ~Copyable {
  private var socket: NetlinkSocket
  let family: Int

  /// Nil when the kernel has no such family (`ethtool` 5.6, `netdev` 6.3): that is knowledge, not an error.
  init?(family name: String) throws(NetlinkError) {
    var socket = try NetlinkSocket(NETLINK_GENERIC)
    guard let family = try Self.find(name, &socket) else { return nil }
    self.family = family
    self.socket = socket
  }

  private static func find(_ name: String, _ socket: inout NetlinkSocket) throws(NetlinkError) -> Int? {
    let header = genlmsghdr(cmd: UInt8(CTRL_CMD_GETFAMILY), version: 1, reserved: 0)
    var request = NetlinkRequest("CTRL_CMD_GETFAMILY \(name)", type: Int(GENL_ID_CTRL), header)
    request.put(Int(CTRL_ATTR_FAMILY_NAME), name)
    do {
      return try socket.collect(request) { _, payload in familyID(payload) }.first
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return nil
    }
  }

  /// The number in the answer to CTRL_CMD_GETFAMILY; nil when it isn't there.
  static func familyID(_ payload: RawSpan) -> Int? {
    var found: Int?
    NetlinkAttributes.forEach(in: payload.extracting(droppingFirst: MemoryLayout<genlmsghdr>.size)) { type, value in
      if type == Int(CTRL_ATTR_FAMILY_ID) { found = value.u16().map(Int.init) }
    }
    return found
  }

  /// Sends a command of the family and returns what `decode` makes of the attributes of each message.
  mutating func collect<Value>(
    _ operation: String, command: Int, version: UInt8 = 1, isDump: Bool = false,
    _ fill: (inout NetlinkRequest) -> Void, _ decode: (_ attributes: RawSpan) -> Value?
  ) throws(NetlinkError) -> [Value] {
    let header = genlmsghdr(cmd: UInt8(truncatingIfNeeded: command), version: version, reserved: 0)
    var request = NetlinkRequest(operation, type: family, flags: isDump ? Int(NLM_F_DUMP) : 0, header)
    fill(&request)
    return try socket.collect(request) { header, payload in
      header.type == family ? decode(payload.extracting(droppingFirst: MemoryLayout<genlmsghdr>.size)) : nil
    }
  }
}
