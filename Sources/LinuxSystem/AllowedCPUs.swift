import CLinux

extension IndexList {
  /// The CPUs that the calling thread may run on, ascending: `sched_getaffinity`, which knows what
  /// cgroups and `taskset` left over. Not all CPUs of the machine.
  package static func allowedCPUs() throws(SystemCallError) -> IndexList {
    // CPU_SETSIZE, the most that a cpu_set_t holds.
    var cpus = [CInt](repeating: 0, count: 1024)
    let count = try check("sched_getaffinity") { clinux_allowed_cpus(&cpus, CInt(cpus.count)) }
    return IndexList(unique: cpus.prefix(Int(count)).map(Int.init))
  }
}
