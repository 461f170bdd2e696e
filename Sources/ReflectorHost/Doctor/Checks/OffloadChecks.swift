internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// What the NIC, or a veth's far end, does to frames before XDP sees them.
enum OffloadChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    switch examination.survey.features {
    case .value(let features):
      largeReceiveOffload(features, examination) + hardwareGRO(features, examination)
        + vlanStripping(features, examination) + peerChecksum(examination)
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

  private static func largeReceiveOffload(_ features: DeviceFeatures, _ examination: Examination) -> [Finding] {
    let feature = features.largeReceiveOffload
    guard isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(.largeReceiveOffload, "off")] }
    let remedy = off("lro", feature, examination)
    // One that is attached was taken all the same.
    let isHarmless = examination.setup.isRunning || examination.setup.mode == .generic
    return [isHarmless ? .warn(.largeReceiveOffload, "on", remedy) : .fail(.largeReceiveOffload, "on", remedy)]
  }

  private static func hardwareGRO(_ features: DeviceFeatures, _ examination: Examination) -> [Finding] {
    let feature = features.byName["rx-gro-hw"]
    guard isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(.hardwareGRO, "off")] }
    return [.warn(.hardwareGRO, "on", off("rx-gro-hw", feature, examination))]
  }

  /// A veth has the feature on, but there the tag is in the frame unless the host's own VLAN device took it off.
  private static func vlanStripping(_ features: DeviceFeatures, _ examination: Examination) -> [Finding] {
    let feature = features.receiveVLANStripping
    guard examination.interface.kind != "veth", isOffered(feature) else { return [] }
    guard feature?.isActive == true else { return [.ok(.vlanStripping, "off")] }
    return [.warn(.vlanStripping, "on", off("rxvlan", feature, examination))]
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
