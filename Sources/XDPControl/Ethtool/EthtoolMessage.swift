import CMNL
import SystemPackage

/// One question to, or one change of, a device's settings: the generic netlink family `ethtool` (Linux 5.6).
///
/// Unlike the ioctl it says in words why the kernel refuses: `requested ring size exceeds maximum`. Channels,
/// rings, coalescing and pause came with Linux 5.7 and 5.8, which is before the oldest kernel that we run on.
enum EthtoolMessage {
  /// ETHTOOL_A_*_HEADER, which names the device: the first attribute of every message.
  private static let header = 1

  /// Asks, and returns what `decode` makes of the answer's attributes. Nil when driver or kernel has no such
  /// thing (EOPNOTSUPP). Needs no capability.
  static func get<Value>(
    _ name: String, _ command: Int, index: CInt, of device: String,
    _ decode: (_ attributes: RawSpan) -> Value?
  ) throws(NetlinkError) -> Value? {
    do {
      return try send(name, command, index: index, of: device, { _ in }, decode).first
    } catch {
      guard error.errno == .notSupportedOnSocket else { throw error }
      return nil
    }
  }

  static func get<Value>(
    _ name: String, _ command: Int, of interface: Interface, _ decode: (_ attributes: RawSpan) -> Value?
  ) throws(NetlinkError) -> Value? {
    try get(name, command, index: interface.index, of: interface.name, decode)
  }

  /// Makes the changes, in one message; none at all is no message. Needs CAP_NET_ADMIN.
  static func set(
    _ name: String, _ command: Int, of interface: Interface, _ changes: [Change?]
  ) throws(NetlinkError) {
    let changes = changes.compactMap(\.self)
    guard !changes.isEmpty else { return }
    try set(name, command, of: interface) { request in
      for change in changes { change.put(into: &request) }
    }
  }

  /// Changes what `fill` puts into the message.
  static func set(
    _ name: String, _ command: Int, of interface: Interface, _ fill: (inout NetlinkRequest) -> Void
  ) throws(NetlinkError) {
    _ = try send(name, command, index: interface.index, of: interface.name, fill) { _ in Optional<Never>.none }
  }

  static func send<Value>(
    _ name: String, _ command: Int, index: CInt, of device: String,
    _ fill: (inout NetlinkRequest) -> Void, _ decode: (_ attributes: RawSpan) -> Value?
  ) throws(NetlinkError) -> [Value] {
    let operation = "\(name) \(device)"
    guard var ethtool = try GenericNetlink(family: "ethtool") else {
      throw NetlinkError(operation, .notSupportedOnSocket)
    }
    return try ethtool.collect(
      operation, command: command,
      { request in
        // Without ETHTOOL_FLAG_COMPACT_BITSETS, so that bits come with their names.
        request.nest(header) { $0.put(Int(ETHTOOL_A_HEADER_DEV_INDEX), UInt32(bitPattern: index)) }
        fill(&request)
      }, decode)
  }

  /// A value to be changed. Nil where it is what was asked for already, or nothing was asked for: the kernel
  /// refuses a whole message for one value that the driver doesn't have, even an unchanged one.
  struct Change {
    private enum Value {
      case byte(UInt8)
      case word(UInt32)
    }

    private let attribute: Int
    private let value: Value

    init?(_ attribute: some BinaryInteger, _ wanted: UInt32?, was current: UInt32?) {
      guard let wanted, wanted != current else { return nil }
      self.attribute = Int(attribute)
      value = .word(wanted)
    }

    init?(_ attribute: some BinaryInteger, _ wanted: Int?, was current: Int?) {
      self.init(attribute, wanted.map { UInt32(clamping: $0) }, was: current.map { UInt32(clamping: $0) })
    }

    init?(_ attribute: some BinaryInteger, _ wanted: Bool?, was current: Bool?) {
      guard let wanted, wanted != current else { return nil }
      self.attribute = Int(attribute)
      value = .byte(wanted ? 1 : 0)
    }

    func put(into request: inout NetlinkRequest) {
      switch value {
      case .byte(let value): request.put(attribute, value)
      case .word(let value): request.put(attribute, value)
      }
    }
  }
}
