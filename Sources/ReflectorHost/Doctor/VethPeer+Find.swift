internal import LinuxSystem
internal import XDPControl

extension VethPeer {
  /// The far end, also when it is in another namespace that has a name, or is the host's. Takes CAP_SYS_ADMIN to
  /// look there.
  ///
  /// - Parameter ours: the name of this end's namespace.
  static func find(of interface: Interface, ours: String?) -> Reading<VethPeer> {
    switch VethFarEnd.find(of: interface) {
    case .value(let end):
      .value(
        VethPeer(
          interface: end.interface, namespace: end.namespace, mtu: Int(end.mtu),
          transmitChecksum: end.features?.transmitChecksum, reception: end.reception,
          ours: end.namespace == nil ? ours : nil))
    case .absent: .absent
    case .unknown(let reason): .unknown(reason)
    }
  }
}
