internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// What the NIC, or a veth's far end, does to frames before XDP sees them.
enum OffloadChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    switch examination.survey.features {
    case .value(let features):
      merging(.largeReceiveOffload, features.largeReceiveOffload, as: "lro", examination)
        + merging(.hardwareGRO, features.byName["rx-gro-hw"], as: "rx-gro-hw", examination)
        + vlanStripping(features, examination) + vlanFilter(features, examination) + peerChecksum(examination)
    case .absent: peerChecksum(examination)
    case .unknown(let reason): [.unknown(.vlanStripping, reason)] + peerChecksum(examination)
    }
  }

  /// What the device can't have is left out.
  private static func isOffered(_ feature: DeviceFeature?) -> Bool {
    feature.map { $0.isActive || $0.isChangeable } ?? false
  }

  private static func off(_ name: String, _ feature: DeviceFeature?, _ examination: Examination) -> Remedy? {
    guard feature?.isChangeable == true else { return nil }
    return examination.commands.tune(examination.commands.ethtool("-K", "\(name) off"))
  }

  private static func merging(
    _ check: Check, _ feature: DeviceFeature?, as name: String, _ examination: Examination
  ) -> [Finding] {
    guard isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(check, "off")] }
    let remedy = off(name, feature, examination)
    // With a generic program it is the kernel that turns both off (generic_xdp_install).
    if examination.setup.mode == .generic { return [.ok(check, "on; the kernel turns it off for generic XDP")] }
    // One that is attached was taken all the same.
    if examination.setup.isRunning { return [.warn(check, "on", remedy)] }
    switch examination.knowledge?.merging ?? .unknown {
    case .turnsOff where canTurnOff(examination): return [.ok(check, "on; the driver turns it off for XDP")]
    case .turnsOff, .unknown: return [.warn(check, "on", remedy)]
    case .refuses: return [.fail(check, "on", why: "\(check.meaning) This driver refuses native XDP with it.", remedy)]
    }
  }

  /// virtio_net has to ask its host.
  private static func canTurnOff(_ examination: Examination) -> Bool {
    examination.virtio.value?.contains(.guestOffloadControl) ?? true
  }

  /// A veth has the feature on, but there the tag is in the frame unless the host's own VLAN device took it off.
  private static func vlanStripping(_ features: DeviceFeatures, _ examination: Examination) -> [Finding] {
    let feature = features.receiveVLANStripping
    guard examination.interface.kind != "veth", isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(.vlanStripping, "off")] }
    return [.warn(.vlanStripping, "on", off("rxvlan", feature, examination))]
  }

  /// With a VLAN device somebody has seen to it.
  private static func vlanFilter(_ features: DeviceFeatures, _ examination: Examination) -> [Finding] {
    let feature = features.byName["rx-vlan-filter"]
    guard isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(.vlanFilter, "off")] }
    if examination.interface.isPromiscuous { return [.ok(.vlanFilter, "on, but the interface is promiscuous")] }
    let devices = examination.vlanDevices
    guard devices.isEmpty else { return [.ok(.vlanFilter, "on; there is " + devices.joined(separator: ", "))] }
    let promiscuous = Remedy(plain: examination.commands.link("promisc on"))
    return [
      .warn(
        .vlanFilter, "on, and no VLAN device",
        why: "\(Check.vlanFilter.meaning) Untagged frames are none of its business.",
        off("rx-vlan-filter", feature, examination) ?? promiscuous)
    ]
  }

  private static func peerChecksum(_ examination: Examination) -> [Finding] {
    guard examination.interface.kind == "veth" else { return [] }
    switch examination.peer {
    case .absent: return [.unknown(.peerChecksum, "the far end can't be found")]
    case .unknown(let reason): return [.unknown(.peerChecksum, reason)]
    case .value(let peer):
      guard let feature = peer.transmitChecksum else {
        return [.unknown(.peerChecksum, "the kernel doesn't tell (Linux 5.7 does)")]
      }
      guard feature.isActive else { return [.ok(.peerChecksum, "off at \(peer)")] }
      return [
        .warn(
          .peerChecksum, "on at \(peer)",
          Remedy(
            // tune looks after a far end in the same namespace.
            ours: peer.namespace == nil ? examination.commands.ours("tune") : nil,
            plain: peer.commands.ethtool("-K", "tx off")))
      ]
    }
  }
}
