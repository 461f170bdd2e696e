/// An interrupt line of a device.
package struct Interrupt: Hashable, Sendable {
  package let number: Int
  /// As in /proc/interrupts: `eth0-TxRx-0`. Nil when nobody has asked for it yet (interface down).
  package let name: String?
  /// CPUs that it may go to (`smp_affinity_list`).
  package let allowedCPUs: [Int]
  /// The CPU that it does go to (`effective_affinity_list`); empty where the kernel doesn't say.
  package let effectiveCPUs: [Int]

  package init(number: Int, name: String?, allowedCPUs: [Int], effectiveCPUs: [Int]) {
    self.number = number
    self.name = name
    self.allowedCPUs = allowedCPUs
    self.effectiveCPUs = effectiveCPUs
  }

  /// The queue that it is for, as far as its name tells.
  package var queue: InterruptQueue? { name.flatMap(InterruptQueue.init(ofInterrupt:)) }

  /// The lines of a network device, ascending. Nil when it has none: it isn't hardware, or a kind whose lines
  /// can't be found.
  package static func all(
    ofInterface name: String, sysfs: borrowing Sysfs, procfs: borrowing Procfs
  ) throws(SystemCallError) -> [Interrupt]? {
    guard let numbers = try numbers(ofInterface: name, sysfs), !numbers.isEmpty else { return nil }
    // A line of a large machine has a column a CPU, and there are thousands of lines.
    let names = InterruptTable.names(try procfs.files.value("interrupts", limit: 1 << 24) ?? "")
    var interrupts: [Interrupt] = []
    for number in numbers.sorted() {
      // Without MSI's lines it has gone since.
      guard let allowed = try procfs.files.list("irq/\(number)/smp_affinity_list") else { continue }
      interrupts.append(
        Interrupt(
          number: number, name: names[number], allowedCPUs: allowed,
          effectiveCPUs: try procfs.files.list("irq/\(number)/effective_affinity_list") ?? []))
    }
    return interrupts
  }

  /// Sends an interrupt to these CPUs: from its next one on, and so `effectiveCPUs` may show the former until then. EIO: the driver, or the kernel, keeps it to itself (managed).
  /// Needs root.
  package static func setAllowedCPUs(
    _ cpus: [Int], ofInterrupt number: Int, in procfs: borrowing Procfs
  ) throws(SystemCallError) {
    try procfs.files.write("irq/\(number)/smp_affinity_list", "\(IndexList(unique: cpus))")
  }

  private static func numbers(ofInterface name: String, _ sysfs: borrowing Sysfs) throws(SystemCallError) -> [Int]? {
    let device = "class/net/\(name)/device"
    if let messages = try sysfs.files.names(in: "\(device)/msi_irqs") { return messages.compactMap { Int($0) } }
    // A virtio device is the child of the PCI device that has the interrupts. Only there: the parent of others is
    // a hub or another function, with interrupts of its own.
    if try sysfs.files.value("\(device)/modalias")?.hasPrefix("virtio:") == true {
      return try sysfs.files.names(in: "\(device)/../msi_irqs").map { $0.compactMap { Int($0) } }
    }
    // The one line of a device without message interrupts; 0 is none.
    return try sysfs.files.value("\(device)/irq").flatMap { Int($0) }.flatMap { $0 > 0 ? [$0] : nil }
  }
}
