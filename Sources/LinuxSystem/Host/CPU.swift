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

  private static let folder = "devices/system/cpu"

  /// Those online, ascending. Nil when sysfs doesn't tell.
  package static func all(in sysfs: borrowing Sysfs) throws(SystemCallError) -> [CPU]? {
    guard let online = try sysfs.files.list("\(folder)/online") else { return nil }
    let isolated = Set(try sysfs.files.list("\(folder)/isolated") ?? [])
    var cpus: [CPU] = []
    for index in online {
      let path = "\(folder)/cpu\(index)"
      cpus.append(
        CPU(
          index: index, siblings: try sysfs.files.list("\(path)/topology/thread_siblings_list") ?? [index],
          numaNode: node(among: try sysfs.files.names(in: path) ?? []), isIsolated: isolated.contains(index),
          governor: try sysfs.files.value("\(path)/cpufreq/scaling_governor")))
    }
    return cpus
  }

  /// A CPU's directory has a link to its node's, named like it.
  private static func node(among names: [String]) -> Int? {
    names.lazy.filter { $0.hasPrefix("node") }.compactMap { Int($0.dropFirst("node".count)) }.first
  }

  /// Sets how a CPU chooses its clock. EINVAL: its driver has no such governor. Needs root.
  package static func setGovernor(
    _ governor: String, ofCPU index: Int, in sysfs: borrowing Sysfs
  ) throws(SystemCallError) {
    try sysfs.files.write("\(folder)/cpu\(index)/cpufreq/scaling_governor", governor)
  }

  /// Whether the CPUs may exceed their nominal clock, and the switch for it.
  package struct Turbo: Hashable, Sendable {
    package let isOn: Bool
    /// intel_pstate has its own, and it is the other way round.
    package let isIntelPState: Bool

    package init(isOn: Bool, isIntelPState: Bool = false) {
      self.isOn = isOn
      self.isIntelPState = isIntelPState
    }

    /// For a shell.
    package var commandForOn: String {
      "echo " + (isIntelPState ? "0 > /sys/\(folder)/intel_pstate/no_turbo" : "1 > /sys/\(folder)/cpufreq/boost")
    }
  }

  /// Nil where the kernel can't tell (no cpufreq).
  package static func turbo(in sysfs: borrowing Sysfs) throws(SystemCallError) -> Turbo? {
    if let value = try sysfs.files.value("\(folder)/intel_pstate/no_turbo") {
      return Turbo(isOn: value == "0", isIntelPState: true)
    }
    return try sysfs.files.value("\(folder)/cpufreq/boost").map { Turbo(isOn: $0 == "1") }
  }
}
