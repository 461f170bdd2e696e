import Foundation
import LinuxSystem

/// Threads of the kernel's own, found by their names: they belong to no process of ours.
enum KernelThread {
  /// `/proc/PID` of a CPU's softirq thread; nil where /proc hides it (a PID namespace of one's own).
  /// Softirqs go there when a CPU has more of them than it wants to do between two tasks.
  static func softirq(cpu: Int) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.filter { Int($0) != nil }.map { "/proc/\($0)" }
      .first { (try? TextFile.read("\($0)/comm")) == "ksoftirqd/\(cpu)\n" }
  }
}
