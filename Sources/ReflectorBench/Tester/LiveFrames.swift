import CBPF
import CLinux
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// Calls of BPF_PROG_TEST_RUN with live frames (Linux 5.18), on a thread and a CPU of its own.
///
/// It ends with ``end()``. Should nobody call that, the program's own time is up some day: then it sends nothing.
struct LiveFrames: ~Copyable {
  /// Interrupts the call. Blocked for all threads but the generator's, so it reaches no other.
  private static let interrupt = SIGUSR1

  private let thread: PosixThread
  private let outcome: Outcome

  /// What the thread says to its owner. Written once, before `finished`.
  private final class Outcome: Sendable {
    let finished = Atomic<Bool>(false)
    /// What its owner says to the thread.
    let isEnding = Atomic<Bool>(false)
    /// 0, or the errno of the call or of what led to it.
    let error = Atomic<Int32>(0)
  }

  /// To be called once, before any other thread starts: they inherit the mask.
  static func prepareSignals() {
    signal(interrupt) { _ in }
    mask(SIG_BLOCK)
  }

  /// For the calling thread.
  private static func mask(_ how: CInt) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, interrupt)
    pthread_sigmask(how, &set, nil)
  }

  /// - Parameters:
  ///   - namespace: a descriptor of the tester's; interface indices are looked up there.
  ///   - yields: runs only when nobody else wants its CPU.
  ///   - batch: program runs between two flushes of what was redirected, 1…256. A frame leaves at the
  ///     flush, so this is latency too.
  init(program: CInt, frame: [UInt8], namespace: CInt, cpu: Int, yields: Bool, batch: Int) throws {
    let outcome = Outcome()
    self.outcome = outcome
    thread = try PosixThread(name: "generator") {
      var error = clinux_pin_thread(CInt(cpu))
      if error == 0, clinux_enter_network_namespace(namespace) != 0 { error = EINVAL }
      if error == 0, yields, Self.yield() != 0 { error = Errno.current.rawValue }
      Self.mask(SIG_UNBLOCK)
      // A call makes as many repetitions as fit into a number, which takes it less than a minute.
      while error == 0, !outcome.isEnding.load(ordering: .relaxed) {
        error = Self.call(program, frame, batch: batch)
      }
      outcome.error.store(error, ordering: .relaxed)
      outcome.finished.store(true, ordering: .releasing)
    }
  }

  /// Whoever wakes up takes the CPU from the calling thread at once, and keeps it for as long as it wants.
  private static func yield() -> CInt {
    var none = sched_param()
    return sched_setscheduler(0, 5, &none)  // SCHED_IDLE
  }

  var isFinished: Bool { outcome.finished.load(ordering: .acquiring) }

  /// Ends the call and waits for it.
  consuming func end() throws(SystemCallError) {
    outcome.isEnding.store(true, ordering: .relaxed)
    while !isFinished {
      // Again and again: a signal that comes before the call has begun interrupts nothing.
      kill(getpid(), Self.interrupt)
      usleep(1000)
    }
    thread.join()
    let error = Errno(rawValue: outcome.error.load(ordering: .relaxed))
    guard error.rawValue == 0 else {
      throw SystemCallError("bpf BPF_PROG_TEST_RUN with live frames", error)
    }
  }

  /// The call itself, which returns when it has been interrupted, or after some 2^31 repetitions.
  ///
  /// - Returns: 0, or the errno.
  private static func call(_ program: CInt, _ frame: [UInt8], batch: Int) -> CInt {
    frame.withUnsafeBytes { bytes in
      withZeroed(bpf_test_run_opts.self) { options in
        options.pointee.sz = MemoryLayout<bpf_test_run_opts>.stride
        options.pointee.data_in = bytes.baseAddress
        options.pointee.data_size_in = UInt32(bytes.count)
        options.pointee.repeat = .max
        options.pointee.batch_size = UInt32(batch)
        options.pointee.flags = 1 << 1  // BPF_F_TEST_XDP_LIVE_FRAMES
        // libbpf 1.x answers -errno. A signal may be meant for another generator.
        let error = -min(0, bpf_prog_test_run_opts(program, options))
        return error == EINTR ? 0 : error
      }
    }
  }
}
