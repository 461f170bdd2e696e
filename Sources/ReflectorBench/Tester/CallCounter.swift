import CBPF
import CGeneratorABI
import Glibc
import LinuxSystem
import XDPControl

/// Counts the system calls of one process, by a program at the kernel's entry.
struct CallCounter: ~Copyable {
  private let calls: MappedArray<generator_calls>
  /// The raw tracepoint, while it counts.
  private var link: OwnedDescriptor?

  init(_ object: borrowing TesterObject) throws(SystemCallError) {
    let calls: MappedArray<generator_calls> = try object.map("calls", count: 1)
    self.calls = calls
    link = nil
  }

  /// - Throws: where the kernel has no such tracepoint (CONFIG_FTRACE_SYSCALLS).
  mutating func start(process: pid_t, program: CInt) throws(SystemCallError) {
    var namespace = stat()
    try check("stat /proc/self/ns/pid") { stat("/proc/self/ns/pid", &namespace) }
    calls.pointer(at: 0).pointee = generator_calls(
      pid_device: UInt64(namespace.st_dev), pid_inode: UInt64(namespace.st_ino), process: UInt32(process),
      reserved: 0, count: 0)
    link = OwnedDescriptor(
      try check("bpf BPF_RAW_TRACEPOINT_OPEN sys_enter") { bpf_raw_tracepoint_open("sys_enter", program) })
  }

  /// How many there were since the start; nil of none, because a process that moves frames makes some: then they
  /// weren't seen.
  mutating func stop() -> UInt64? {
    link = nil
    let count = calls[0].count
    return count > 0 ? count : nil
  }
}
