import AFXDP
import SystemPackage
import XDPControl

/// What drivers don't tell of themselves, and others found out.
struct DriverTraits: Hashable, Sendable {
  /// `igb`; nil where there is no driver to speak of.
  let driver: String?

  static func of(_ interface: Interface) -> DriverTraits {
    DriverTraits(driver: (try? Driver.of(interface))??.name)
  }

  /// These set the size of what the NIC may write in whole KiB of the chunk less 256 bytes, so of 2048 only 1024 are
  /// used, and cut longer frames in two, without any error: each half then is a frame of its own, for XDP and for the
  /// host's stack (igb_setup_srrctl, igc_configure_rx_ring; igb seen on 7.3).
  private var splitsFramesInSmallChunks: Bool { driver == "igb" || driver == "igc" }

  /// The same configuration, but for what this driver would do harm with; and what the operator should hear of it.
  func suited(_ configuration: Configuration) -> (Configuration, warnings: [String]) {
    let mayBeZeroCopy = configuration.mode == .auto || configuration.mode == .zeroCopy
    guard splitsFramesInSmallChunks, mayBeZeroCopy, configuration.chunkSize < 4096 else { return (configuration, []) }
    var suited = configuration
    suited.chunkSize = 4096
    return (
      suited,
      [
        "--chunk-size \(configuration.chunkSize) is taken as 4096: with it \(driver ?? "this driver") cuts frames over 1024 "
          + "bytes in two when zero-copy"
      ]
    )
  }

  /// Why a zero-copy bind failed, beyond the kernel's one word for it; nil where that word says it all.
  func explanation(ofZeroCopyRefusal errno: Errno) -> String? {
    switch (driver, errno) {
    // virtnet_xsk_pool_enable: the device has to reach the UMEM through the kernel's DMA mapping.
    case ("virtio_net", .invalidArgument):
      "the device lacks VIRTIO_F_ACCESS_PLATFORM; QEMU gives it with iommu_platform=on,disable-legacy=on"
    // virtqueue_reset
    case ("virtio_net", .noSuchFileOrDirectory):
      "the device lacks VIRTIO_F_RING_RESET; QEMU gives it with queue_reset=on,disable-legacy=on"
    default: nil
    }
  }
}
