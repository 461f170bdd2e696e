/// A CPU as the scheduler counts them: a thread of a core.
package struct CPU: Hashable, Sendable {
  package let index: Int
  /// All CPUs of its core, itself included: more than one with SMT.
  package let siblings: [Int]
  /// Nil where the kernel has no NUMA.
  package let numaNode: Int?
  /// Left out of the scheduler's balancing (`isolcpus=`, /sys/devices/system/cpu/isolated).
  package let isIsolated: Bool
  /// cpufreq's `scaling_governor`; nil without cpufreq, as in most virtual machines.
  package let governor: String?

  package init(index: Int, siblings: [Int], numaNode: Int?, isIsolated: Bool, governor: String?) {
    self.index = index
    self.siblings = siblings
    self.numaNode = numaNode
    self.isIsolated = isIsolated
    self.governor = governor
  }
}
