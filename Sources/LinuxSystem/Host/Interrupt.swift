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
}
