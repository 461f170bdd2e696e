import AFXDP
import CLinux
import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore
import Synchronization
import SystemPackage

extension WorkerThread {
  /// Starts a worker on a thread named `xsk-<queue>`.
  ///
  /// This one isn't generic, on purpose: the whole way of a frame is compiled for just these types here.
  ///
  /// - Parameters:
  ///   - xsk: becomes the thread's.
  ///   - slot: the worker's in the map `workers`. Has to be valid as long as the handle lives; nobody
  ///     else writes it.
  /// - Throws: `eventfd`, `pthread_create`, or `pthread_setaffinity_np` for a CPU that can't be had.
  package static func start(
    _ xsk: consuming XSK<LinuxKernel>, reflecting mode: ReflectMode,
    counters slot: UnsafeMutablePointer<reflector_worker>, options: WorkerOptions = WorkerOptions()
  ) throws(SystemCallError) -> WorkerThread {
    try start(xsk, reflector: mode, counters: slot, options: options)
  }

  /// As ``start(_:reflecting:counters:options:)``, with another kernel or another reflector.
  static func start<Kernel: XSKKernel, Reflector: FrameReflector>(
    _ xsk: consuming XSK<Kernel>, reflector: Reflector, counters slot: UnsafeMutablePointer<reflector_worker>,
    options: WorkerOptions
  ) throws(SystemCallError) -> WorkerThread {
    let control = try WorkerControl()
    let configuration = xsk.configuration
    let fileDescriptor = xsk.fileDescriptor
    let kernel = xsk.kernel
    let counters = WorkerCounters(
      slot, queue: configuration.queue, cpu: options.cpu, frames: configuration.frames, bindMode: xsk.bindMode)
    let keeper = WorkerKeeper(
      QueueWorker(xsk, reflector: reflector, counters: counters, options: options))

    let thread = try PosixThread(name: "xsk-\(configuration.queue)") {
      occupy(cpu: options.cpu, control) { keeper.run(control) }
    }
    let worker = WorkerThread(thread, control, fileDescriptor: fileDescriptor) {
      () throws(SystemCallError) in
      try withExtendedLifetime(keeper) { () throws(SystemCallError) in
        try XSK.statistics(of: fileDescriptor, kernel: kernel)
      }
    }
    control.started.await()
    if case .failed(let error) = control.state { throw error }
    return worker
  }

  /// The life of the thread: takes its place, does its work, leaves its last words.
  private static func occupy(cpu: Int?, _ control: WorkerControl, _ work: () -> WorkerState) {
    control.threadID.store(clinux_thread_id(), ordering: .releasing)
    if let cpu {
      let error = clinux_pin_thread(CInt(cpu))
      guard error == 0 else {
        control.state = .failed(SystemCallError("pthread_setaffinity_np CPU \(cpu)", Errno(rawValue: error)))
        control.started.give()
        return
      }
    }
    control.started.give()
    let end = work()
    control.finalCPUNanoseconds.store(clinux_thread_cpu_ns(pthread_self()), ordering: .releasing)
    control.state = end
  }
}

/// Carries a worker to its thread and keeps its socket afterwards, until the handle goes.
private final class WorkerKeeper<Kernel: XSKKernel, Reflector: FrameReflector>: @unchecked Sendable {
  // Unchecked: set before the thread exists, used by the thread alone, destroyed after it was joined.
  private var worker: QueueWorker<Kernel, Reflector>?
  private var xsk: XSK<Kernel>?

  init(_ worker: consuming QueueWorker<Kernel, Reflector>) {
    self.worker = consume worker
  }

  func run(_ control: WorkerControl) -> WorkerState {
    // A local: a property of a class would be checked for exclusive access all the way.
    guard var worker = worker.take() else { return .stopped }
    let end = worker.run(control)
    xsk = worker.finish()
    return end
  }
}
