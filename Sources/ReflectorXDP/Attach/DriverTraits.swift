import AFXDP
import LinuxSystem
import SystemPackage
import XDPControl

/// What drivers don't tell of themselves, and others found out.
package struct DriverTraits: Hashable, Sendable {
  /// `igb`; nil where there is no driver to speak of.
  let driver: String?

  package init(driver: String?) {
    self.driver = driver
  }

  static func of(_ interface: Interface) -> DriverTraits {
    DriverTraits(driver: (try? Driver.of(interface))??.name)
  }

  /// The NIC counts its receive room in whole KiB of the chunk less 256 bytes, so of 2048 only 1024 are used, and
  /// cuts longer frames in two, without any error: each half then is a frame of its own, for XDP and for the host's
  /// stack (igb_setup_srrctl, igc_configure_rx_ring, ixgbe_configure_srrctl; igb seen on 7.3).
  package var countsKibibytes: Bool { alwaysCountsKibibytes || driver == "ixgbe" }

  /// Of ixgbe's NICs the 82599 alone does.
  private var alwaysCountsKibibytes: Bool { driver == "igb" || driver == "igc" }

  /// Whether the kernel's tracepoints tell of each frame that was sent back by XDP_TX and isn't sent, and of no other.
  ///
  /// A veth tells of each batch (xdp_bulk_tx); these of Intel's drivers of each frame (xdp_exception), since Linux
  /// 5.14: only the version tells which it is. virtio_net drops without a word when its ring is full, and idpf tells
  /// of frames that it tries again.
  func tellsRefusals(on kernel: KernelRelease?) -> Bool {
    switch driver {
    case "veth": true
    case "igb", "igc", "ixgbe", "i40e": kernel.map { $0 >= KernelRelease(5, 14) } ?? false
    default: false
    }
  }

  /// The same configuration, but for what this driver would do harm with; and what the operator should hear of it.
  func suited(_ configuration: Configuration) -> (Configuration, warnings: [String]) {
    let mayBeZeroCopy =
      configuration.datapath != .kernel && (configuration.mode == .auto || configuration.mode == .zeroCopy)
    guard alwaysCountsKibibytes, mayBeZeroCopy, configuration.chunkSize < 4096 else { return (configuration, []) }
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
    guard driver == "virtio_net" else { return nil }
    return VirtioFeatures.zeroCopyNeeds.first { $0.errno == errno }
      .map { "the device lacks \($0.name); QEMU gives it with \($0.option)=on,disable-legacy=on" }
  }
}
