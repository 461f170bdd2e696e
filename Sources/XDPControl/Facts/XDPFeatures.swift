import LinuxSystem

/// What a driver says it can do for XDP and AF_XDP (NETDEV_CMD_DEV_GET, Linux 6.3).
///
/// Read it after other set-up: drivers change it, as veth does when its peer gets a program.
/// Claims, not proof: veth says `basic` and may still refuse a program, and only a bind shows whether
/// zero-copy is to be had on a queue.
package struct XDPFeatures: Hashable, Sendable {
  /// `xdp-features`, enum netdev_xdp_act; bits of newer kernels are kept.
  package struct Actions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
      self.rawValue = rawValue
    }

    /// Native XDP with XDP_ABORTED, XDP_DROP, XDP_PASS and XDP_TX.
    package static let basic = Actions(rawValue: 1)
    package static let redirect = Actions(rawValue: 2)
    /// Takes frames redirected to it.
    package static let ndoXmit = Actions(rawValue: 4)
    /// AF_XDP zero-copy.
    package static let xskZeroCopy = Actions(rawValue: 8)
    package static let hardwareOffload = Actions(rawValue: 16)
    /// Frames of several pieces (jumbo) on receive.
    package static let receiveScatterGather = Actions(rawValue: 32)
    package static let ndoXmitScatterGather = Actions(rawValue: 64)
  }

  package var actions: Actions
  /// `xdp-zc-max-segs`: pieces of a frame in zero-copy mode; nil without zero-copy.
  package var zeroCopyMaximumSegments: UInt32?
  /// `xsk-features`, enum netdev_xsk_flags: TX time stamp 1, TX checksum 2, launch time 4. Linux 6.8, nil before.
  package var transmitMetadata: UInt64?

  /// Nil where the kernel doesn't say (the family isn't there), which is neither yes nor no.
  package static func of(_ interface: Interface) throws(NetlinkError) -> XDPFeatures? {
    guard var netdev = try GenericNetlink(family: NetdevFamily.name) else { return nil }
    return try netdev.collect(
      "NETDEV_CMD_DEV_GET \(interface.name)", command: NetdevFamily.Command.deviceGet,
      { $0.put(NetdevFamily.Device.index, UInt32(bitPattern: interface.index)) },
      { XDPFeatures($0) }
    ).first
  }

  /// Nil without the `xdp-features` attribute.
  init?(_ attributes: RawSpan) {
    var actions: Actions?
    var segments: UInt32?
    var metadata: UInt64?
    NetlinkAttributes.forEach(in: attributes) { type, value in
      switch type {
      case NetdevFamily.Device.xdpFeatures: actions = value.u64().map(Actions.init(rawValue:))
      case NetdevFamily.Device.zeroCopyMaximumSegments: segments = value.u32()
      case NetdevFamily.Device.xskFeatures: metadata = value.u64()
      default: break
      }
    }
    guard let actions else { return nil }
    self.actions = actions
    zeroCopyMaximumSegments = segments
    transmitMetadata = metadata
  }
}
