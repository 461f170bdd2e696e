import CMNL
import SystemPackage

/// An offload, or another feature of a network device, as `ethtool -k` shows it.
package struct DeviceFeature: Hashable, Sendable {
  package let isActive: Bool
  /// `ethtool -K` may switch it: `[fixed]` if not.
  package let isChangeable: Bool

  package init(isActive: Bool, isChangeable: Bool) {
    self.isActive = isActive
    self.isChangeable = isChangeable
  }
}

/// The features of a device by the kernel's names, such as `rx-vlan-hw-parse` (ETHTOOL_MSG_FEATURES_GET,
/// Linux 5.7). `ethtool` prints the older ones under names of its own, such as `rx-vlan-offload`.
package struct DeviceFeatures: Hashable, Sendable {
  /// Those that this kernel knows, also where this device can't have them.
  package let byName: [String: DeviceFeature]

  package init(byName: [String: DeviceFeature]) {
    self.byName = byName
  }

  /// The NIC takes VLAN tags off: XDP doesn't see them then (`rx-vlan-offload`).
  package var receiveVLANStripping: DeviceFeature? { byName["rx-vlan-hw-parse"] }
  /// The NIC merges frames on receive, which native XDP can't be had with (`large-receive-offload`).
  package var largeReceiveOffload: DeviceFeature? { byName["rx-lro"] }
  /// The kernel merges frames on receive.
  package var genericReceiveOffload: DeviceFeature? { byName["rx-gro"] }
  /// Packets leave the stack with unfinished checksums (`tx-checksum-ip-generic`, or one of the older pair).
  package var transmitChecksum: DeviceFeature? {
    let names = ["tx-checksum-ip-generic", "tx-checksum-ipv4", "tx-checksum-ipv6"]
    let known = names.compactMap { byName[$0] }
    return known.first(where: \.isActive) ?? known.first
  }

  /// Nil where the kernel doesn't say.
  package static func of(index: CInt) throws(NetlinkError) -> DeviceFeatures? {
    try EthtoolMessage.get(
      "ETHTOOL_MSG_FEATURES_GET", Int(ETHTOOL_MSG_FEATURES_GET), index: index, of: "#\(index)"
    ) { DeviceFeatures($0) }
  }

  /// The far end's TX checksum offload, for a veth whose peer is in this namespace: with it, local senders'
  /// UDP checksums arrive unfinished. Nil otherwise: another namespace's devices can't be asked from here.
  package static func peerTransmitChecksum(of interface: Interface) throws(NetlinkError) -> DeviceFeature? {
    guard let peer = interface.peerIndex else { return nil }
    return try of(index: peer)?.transmitChecksum
  }

  /// From the attributes of ETHTOOL_MSG_FEATURES_GET_REPLY; nil without the active ones.
  ///
  /// Of its four bitsets `hw` lists all features of the kernel and says which the user may switch on this
  /// device; `active` and `nochange` list only their own; `wanted` is of no use here.
  init?(_ attributes: RawSpan) {
    var sets: [Int: NamedBits] = [:]
    NetlinkAttributes.forEach(in: attributes) { type, value in sets[type] = NamedBits(value) }
    guard let active = sets[Int(ETHTOOL_A_FEATURES_ACTIVE)] else { return nil }
    let switchable = sets[Int(ETHTOOL_A_FEATURES_HW)] ?? NamedBits()
    let never = sets[Int(ETHTOOL_A_FEATURES_NOCHANGE)] ?? NamedBits()

    var features: [String: DeviceFeature] = [:]
    for name in switchable.known.union(active.known) {
      let isChangeable = switchable.set.contains(name) && !never.set.contains(name)
      features[name] = DeviceFeature(isActive: active.set.contains(name), isChangeable: isChangeable)
    }
    byName = features
  }
}
