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
  /// The chunk size with which it cuts long frames in two, and from how many bytes on; nil for none.
  package var splits: (chunkSize: Int, above: Int)? { name == "igb" ? (2048, 1024) : nil }

  package static func of(_ name: String) -> DriverKnowledge? {
    all.first { $0.name == name }
  }

  /// In alphabetical order.
  package static let all: [DriverKnowledge] = [
    DriverKnowledge("bnxt_en", native: .since(KernelRelease(4, 11)), zeroCopy: .never),
    DriverKnowledge("e1000", native: .never, zeroCopy: .never),
    DriverKnowledge("e1000e", native: .never, zeroCopy: .never),
    DriverKnowledge("ena", native: .since(KernelRelease(5, 6)), zeroCopy: .never),
    DriverKnowledge("fsl_dpaa2_eth", native: .since(KernelRelease(5, 0)), zeroCopy: .since(KernelRelease(6, 2))),
    // 3,072 bytes less headers, by i40e_max_vsi_frame_size and the like.
    DriverKnowledge(
      "i40e", native: .since(KernelRelease(4, 13)), zeroCopy: .since(KernelRelease(4, 20)), largestMTU: 3046),
    DriverKnowledge(
      "ice", native: .since(KernelRelease(5, 5)), zeroCopy: .since(KernelRelease(5, 5)), largestMTU: 3046),
    // Tried: 3,026 is taken and 3,027 refused.
    DriverKnowledge(
      "igb", native: .since(KernelRelease(5, 10)), zeroCopy: .since(KernelRelease(6, 14)), largestMTU: 3026),
    // "Jumbo frames not supported".
    DriverKnowledge(
      "igc", native: .since(KernelRelease(5, 13)), zeroCopy: .since(KernelRelease(5, 14)), largestMTU: 1500),
    DriverKnowledge(
      "ixgbe", native: .since(KernelRelease(4, 12)), zeroCopy: .since(KernelRelease(4, 20)), largestMTU: 3046),
    DriverKnowledge("mlx5_core", native: .since(KernelRelease(4, 9)), zeroCopy: .since(KernelRelease(5, 3))),
    DriverKnowledge("nfp", native: .since(KernelRelease(4, 10)), zeroCopy: .since(KernelRelease(5, 18))),
    DriverKnowledge("st_gmac", native: .since(KernelRelease(5, 13)), zeroCopy: .since(KernelRelease(5, 13))),
    // A page less headroom, tail room and Ethernet header; the far end's MTU counts.
    DriverKnowledge("veth", native: .since(KernelRelease(4, 19)), zeroCopy: .never, largestMTU: 3506),
    // "single-buffer XDP requires MTU less than": the same sum.
    DriverKnowledge(
      "virtio_net", native: .since(KernelRelease(4, 10)), zeroCopy: .since(KernelRelease(6, 13)), largestMTU: 3506),
    DriverKnowledge("vmxnet3", native: .since(KernelRelease(6, 6)), zeroCopy: .never),
  ]

  private init(_ name: String, native: Support, zeroCopy: Support, largestMTU: Int? = nil) {
    self.name = name
    self.native = native
    self.zeroCopy = zeroCopy
    self.largestMTU = largestMTU
  }
}

extension DriverKnowledge.Support {
  /// `since Linux 6.14`; nil for never.
  var since: KernelRelease? {
    if case .since(let release) = self { release } else { nil }
  }
}
