package import LinuxSystem

/// What is known of a driver beyond what it says of itself. docs/drivers.md has the same, with the sources.
package struct DriverKnowledge: Hashable, Sendable {
  /// Since when the kernel's driver has something. Distributions carry features back: for messages only.
  package enum Support: Hashable, Sendable {
    case since(KernelRelease)
    case never
  }

  /// As `ethtool -i` prints it.
  package let name: String
  package let native: Support
  /// Both ways.
  package let zeroCopy: Support
  /// The largest MTU that the driver takes with an XDP program which wants each frame in one piece, in bytes,
  /// on a machine with pages of 4 KiB; nil where it isn't known, or depends.
  package var largestMTU: Int?
  /// XDP takes TX queues for itself.
  package var channels = ChannelRule.any
  /// What becomes of merging on receive (LRO, GRO-HW) when a program comes.
  package var merging = MergingRule.unknown

  package enum MergingRule: Hashable, Sendable {
    case unknown
    /// The program is refused: EINVAL, EOPNOTSUPP.
    case refuses
    case turnsOff
  }

  package enum ChannelRule: Hashable, Sendable {
    case any
    /// No more than half of the device's may be in use: EINVAL.
    case half
    /// Before Linux 6.1 there must be one for each CPU beside those in use: ENOMEM.
    case oneForEachCPU
  }

  package static func of(_ name: String) -> DriverKnowledge? {
    all.first { $0.name == name }
  }

  /// In alphabetical order. Kernel versions and limits as in docs/drivers.md.
  package static let all: [DriverKnowledge] = [
    driver("bnxt_en", native: (4, 11), largestMTU: 3502, merging: .turnsOff),
    driver("e1000"),
    driver("e1000e"),
    driver("ena", native: (5, 6), largestMTU: 3498, channels: .half),
    driver("fsl_dpaa2_eth", native: (5, 0), zeroCopy: (6, 2)),
    driver("gve", native: (6, 4), zeroCopy: (6, 4), largestMTU: 2032, channels: .half),
    driver("hv_netvsc", native: (5, 6), largestMTU: 3506, merging: .refuses),
    driver("i40e", native: (4, 13), zeroCopy: (4, 20), largestMTU: 3046),
    driver("ice", native: (5, 5), zeroCopy: (5, 5), largestMTU: 3046),
    // Where it was attached at 1,500 the limit is 1,510 until it is attached again.
    driver("igb", native: (5, 10), zeroCopy: (6, 14), largestMTU: 3046),
    driver("igc", native: (5, 13), zeroCopy: (5, 14), largestMTU: 1500),
    driver(
      "ixgbe", native: (4, 12), zeroCopy: (4, 20), largestMTU: 3046, merging: .refuses),
    driver("mana", native: (5, 17)),
    driver("mlx5_core", native: (4, 9), zeroCopy: (5, 3), largestMTU: 3498, merging: .refuses),
    driver("nfp", native: (4, 10), zeroCopy: (5, 18)),
    driver("r8169"),
    driver("st_gmac", native: (5, 13), zeroCopy: (5, 13), largestMTU: 1500),
    driver("tg3"),
    driver("tsnep", native: (6, 3), zeroCopy: (6, 4)),
    // The far end's MTU counts.
    driver("veth", native: (4, 19), largestMTU: 3506),
    driver(
      "virtio_net", native: (4, 10), zeroCopy: (6, 13), largestMTU: 3506, channels: .oneForEachCPU,
      merging: .turnsOff),
    driver("vmxnet3", native: (6, 6), largestMTU: 3494, merging: .turnsOff),
  ]

  /// Nil for never.
  private static func driver(
    _ name: String, native: (Int, Int)? = nil, zeroCopy: (Int, Int)? = nil, largestMTU: Int? = nil,
    channels: ChannelRule = .any, merging: MergingRule = .unknown
  ) -> DriverKnowledge {
    func support(_ since: (Int, Int)?) -> Support { since.map { .since(KernelRelease($0.0, $0.1)) } ?? .never }
    return DriverKnowledge(
      name: name, native: support(native), zeroCopy: support(zeroCopy), largestMTU: largestMTU,
      channels: channels, merging: merging)
  }
}

extension DriverKnowledge.Support {
  /// `since Linux 6.14`; nil for never.
  var since: KernelRelease? {
    if case .since(let release) = self { release } else { nil }
  }
}
