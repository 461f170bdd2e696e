import LinuxSystem

/// Threads of the kernel's own, found by their names: they belong to no process of ours.
enum KernelThread {
  /// `/proc/PID` of a CPU's softirq thread; nil where /proc hides it (a PID namespace of one's own).
  /// Softirqs go there when a CPU has more of them than it wants to do between two tasks.
  static func softirq(cpu: Int) -> String? {
    guard let procfs = try? Procfs() else { return nil }
    return (try? Processes.first(named: "ksoftirqd/\(cpu)", in: procfs)).flatMap { $0 }.map { "/proc/\($0)" }
  }
}

/// Threads of a process, by their names.
enum ProcessThreads {
  /// `/proc/PID/task/TID` of those whose name passes. A process or thread that ends has no files from one moment to
  /// the next, and is none.
  static func paths(of process: Int32, where isMeant: (String) -> Bool) -> [String] {
    let folder = "/proc/\(process)/task"
    guard let threads = try? FileTree(at: folder), let names = try? threads.names(in: ".") else { return [] }
    return names.sorted().filter { ((try? threads.value("\($0)/comm")) ?? nil).map(isMeant) ?? false }
      .map { "\(folder)/\($0)" }
  }
}
