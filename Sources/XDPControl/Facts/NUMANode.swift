import LinuxSystem

extension Interface {
  /// The NUMA node of the device (`class/net/NAME/device/numa_node`), where its memory should be too. Nil for
  /// virtual interfaces and on machines with a single node, where the kernel says -1.
  package func numaNode(in sysfs: borrowing Sysfs) -> Int? {
    guard let node = sysfs.read("class/net/\(name)/device/numa_node").flatMap({ Int($0) }) else { return nil }
    return node >= 0 ? node : nil
  }
}
