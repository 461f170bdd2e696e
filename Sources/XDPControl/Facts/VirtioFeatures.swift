import LinuxSystem
import SystemPackage

/// What a virtio device and its driver agreed on: the file `features` of the device in sysfs.
///
/// virtio_net claims zero-copy whatever it has, and refuses the bind without two of these.
package struct VirtioFeatures: OptionSet, Hashable, Sendable {
  /// Bit n is feature n of the virtio specification.
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// VIRTIO_NET_F_CTRL_GUEST_OFFLOADS: the driver may switch merging on receive off by itself.
  package static let guestOffloadControl = VirtioFeatures(rawValue: 1 << 2)
  /// VIRTIO_F_ACCESS_PLATFORM, QEMU's `iommu_platform`: without it the driver maps no memory for DMA itself,
  /// and a zero-copy bind ends with EINVAL.
  package static let accessPlatform = VirtioFeatures(rawValue: 1 << 33)
  /// VIRTIO_F_RING_RESET, QEMU's `queue_reset`: without it one queue can't be taken out of use, and a zero-copy
  /// bind ends with ENOENT.
  package static let ringReset = VirtioFeatures(rawValue: 1 << 40)

  /// From the text of the file: a digit for each feature, that of feature 0 first.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }) else {
      return nil
    }
    rawValue = text.utf8.prefix(64).enumerated().reduce(0) { bits, digit in
      digit.element == UInt8(ascii: "1") ? bits | 1 << UInt64(digit.offset) : bits
    }
  }

  /// Of an interface with the driver virtio_net; absent for others.
  package static func read(_ interface: Interface, driver: Reading<Driver>, in sysfs: borrowing Sysfs) -> Reading<Self>
  {
    guard driver.value?.name == "virtio_net" else { return .absent }
    let path = "class/net/\(interface.name)/device/features"
    guard let text = sysfs.read(path) else { return .unknown("there is no \(path)") }
    return VirtioFeatures(text).map { .value($0) } ?? .unknown("\(path): '\(text)' are no features")
  }
}

extension VirtioFeatures {
  /// What a device has to have for a zero-copy bind of virtio_net, and how the bind ends without.
  package struct ZeroCopyNeed: Sendable {
    package let feature: VirtioFeatures
    /// The virtio specification's name.
    package let name: String
    package let errno: Errno
    /// QEMU's option for the device, without its value.
    package let option: String
  }

  /// In the order in which the driver finds them missing.
  package static let zeroCopyNeeds = [
    // virtnet_xsk_pool_enable: the device has to reach the UMEM through the kernel's DMA mapping.
    ZeroCopyNeed(
      feature: .accessPlatform, name: "VIRTIO_F_ACCESS_PLATFORM", errno: .invalidArgument, option: "iommu_platform"),
    // virtqueue_reset
    ZeroCopyNeed(
      feature: .ringReset, name: "VIRTIO_F_RING_RESET", errno: .noSuchFileOrDirectory, option: "queue_reset"),
  ]
}
