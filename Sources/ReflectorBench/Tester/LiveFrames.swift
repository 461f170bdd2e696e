import CBPF
import CLinux
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// One call of BPF_PROG_TEST_RUN with live frames (Linux 5.18), on a thread and a CPU of its own.
///
/// It ends in one of three ways, the first that comes: ``end()``, the program's own time (after which it
/// still runs but sends nothing), or the number of repetitions.
struct LiveFrames: ~Copyable {
  /// Interrupts the call. Blocked for all threads but the generator's, so it reaches no other.
  private static let interrupt = SIGUSR1

  private let thread: PosixThread
  private let outcome: Outcome

  /// What the thread says to its owner. Written once, before `finished`.
  private final class Outcome: Sendable {
    let finished = Atomic<Bool>(false)
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
  ///   - batch: program runs between two flushes of what was redirected, 1…256. A frame leaves at the
  ///     flush, so this is latency too.
  init(program: CInt, frame: [UInt8], namespace: CInt, cpu: Int, batch: Int, repetitions: Int) throws {
    let outcome = Outcome()
    self.outcome = outcome
    thread = try PosixThread(name: "generator") {
      var error = clinux_pin_thread(CInt(cpu))
      if error == 0, clinux_enter_network_namespace(namespace) != 0 { error = EINVAL }
      Self.mask(SIG_UNBLOCK)
      if error == 0 { error = Self.call(program, frame, batch: batch, repetitions: repetitions) }
      outcome.error.store(error, ordering: .relaxed)
      outcome.finished.store(true, ordering: .releasing)
    }
  }

  var isFinished: Bool { outcome.finished.load(ordering: .acquiring) }

  /// Ends the call and waits for it.
  consuming func end() throws(SystemCallError) {
    while !isFinished {
      // Again and again: a signal that comes before the call has begun interrupts nothing.
      kill(getpid(), Self.interrupt)
      usleep(1000)
    }
    thread.join()
    let error = Errno(rawValue: outcome.error.load(ordering: .relaxed))
    guard error.rawValue == 0 || error == .interrupted else {
      throw SystemCallError("bpf BPF_PROG_TEST_RUN with live frames", error)
    }
  }

  /// The call itself, which returns when it has been interrupted.
  ///
  /// - Returns: 0, or the errno.
  private static func call(_ program: CInt, _ frame: [UInt8], batch: Int, repetitions: Int) -> CInt {
    frame.withUnsafeBytes { bytes in
      withZeroed(bpf_test_run_opts.self) { options in
        options.pointee.sz = MemoryLayout<bpf_test_run_opts>.stride
        options.pointee.data_in = bytes.baseAddress
        options.pointee.data_size_in = UInt32(bytes.count)
        options.pointee.repeat = CInt(clamping: repetitions)
        options.pointee.batch_size = UInt32(batch)
        options.pointee.flags = 1 << 1  // BPF_F_TEST_XDP_LIVE_FRAMES
        // libbpf 1.x answers -errno.
        return -min(0, bpf_prog_test_run_opts(program, options))
      }
    }
  }
}
