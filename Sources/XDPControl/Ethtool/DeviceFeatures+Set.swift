import CMNL
import SystemPackage

extension DeviceFeatures {
  /// Switches features by the kernel's names, `rx-vlan-hw-parse`; those that are as wanted already stay out of it.
  /// Needs CAP_NET_ADMIN.
  ///
  /// The kernel takes a wish that the device can't have without a word (ETHTOOL_MSG_FEATURES_SET): what didn't
  /// come is an error here. The others of the same call are changed all the same, and so may be features that
  /// depend on them.
  package static func set(_ wanted: [String: Bool], of interface: Interface) throws(DeviceFeaturesError) {
    let operation = "ETHTOOL_MSG_FEATURES_SET"
    let refused: Set<String>
    let before: DeviceFeatures?
    do {
      before = try of(index: interface.index)
      let changes = wanted.filter { before?.byName[$0.key]?.isActive != $0.value }
      guard !changes.isEmpty else { return }
      let replies = try EthtoolMessage.send(
        operation, Int(ETHTOOL_MSG_FEATURES_SET), index: interface.index, of: interface.name,
        { NamedBits.put(ETHTOOL_A_FEATURES_WANTED, changes, into: &$0) },
        { Self.refused($0) })
      refused = replies.first ?? []
    } catch {
      throw .kernel(error)
    }
    guard refused.isEmpty else {
      throw .unchanged(
        operation: "\(operation) \(interface.name)",
        refused.sorted().map { name in
          DeviceFeaturesError.Unchanged(
            name: name, isActive: before?.byName[name]?.isActive ?? false,
            isChangeable: before?.byName[name]?.isChangeable ?? false)
        })
    }
  }

  /// The names in ETHTOOL_MSG_FEATURES_SET_REPLY whose result isn't what was wanted: `wanted` holds the difference
  /// in its mask, so every bit listed is one.
  static func refused(_ attributes: RawSpan) -> Set<String> {
    var refused: Set<String> = []
    NetlinkAttributes.forEach(in: attributes) { type, value in
      if type == Int(ETHTOOL_A_FEATURES_WANTED) { refused = NamedBits(value).known }
    }
    return refused
  }
}

/// Why features aren't as wanted.
package enum DeviceFeaturesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One that stayed as it was.
  package struct Unchanged: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let isActive: Bool
    /// `ethtool -k` doesn't call it `[fixed]`: then it's another feature that this one hangs on.
    package let isChangeable: Bool

    /// `rx-lro stays off (fixed by the driver)`
    package var description: String {
      let reason = isChangeable ? "another feature holds it" : "fixed by the driver"
      return "\(name) stays \(isActive ? "on" : "off") (\(reason))"
    }
  }

  case kernel(NetlinkError)
  case unchanged(operation: String, [Unchanged])

  package var description: String {
    switch self {
    case .kernel(let error): error.description
    case .unchanged(let operation, let features): "\(operation): \(features.map(\.description).joined(separator: ", "))"
    }
  }
}
