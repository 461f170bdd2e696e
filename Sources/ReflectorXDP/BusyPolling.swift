import LinuxSystem
import Logging
import Synchronization
import XDPControl

/// The host's part of busy polling: the NIC's interrupts are deferred (`napi_defer_hard_irqs`,
/// `gro_flush_timeout`) while this process polls, and put back at the end.
///
/// Only once a socket knows whom to poll. Where the driver gives the sockets no NAPI id, nobody would look
/// at the queue before the timer does: on a veth that made a round trip of 2 µs one of 211.
final class BusyPolling: Sendable {
  private struct State: ~Copyable {
    /// Deferred, refused, not to be had, or over.
    var isDecided = false
    /// Puts the former values back when it goes.
    var deferral: BusyPollHostSettings?
    /// Told that polling doesn't reach the driver's transmitter.
    var isTold = false
  }

  private let state = Mutex(State())
  private let interface: Interface
  private let log: Logger

  init(_ interface: Interface, log: Logger) {
    self.interface = interface
    self.log = log
  }

  /// Looks whether it is time. Call it now and then, on a thread in the interface's namespace.
  func update(_ workers: WorkerGroup) {
    state.withLock { state in
      tellWaking(workers.wakingDriver, &state)
      guard !state.isDecided else { return }
      if workers.hasNAPI {
        state.deferral = deferInterrupts()
        state.isDecided = true
      } else if workers.hasReceived {
        log.info("the driver names no NAPI to the sockets: they spin, and its interrupts stay as they are")
        state.isDecided = true
      }
    }
  }

  /// A transmitter that nobody polls must have its interrupts.
  private func tellWaking(_ queues: [Int], _ state: inout State) {
    guard !queues.isEmpty, !state.isTold else { return }
    log.notice(
      "busy polling sends nothing with this driver: it is woken by system calls, and its interrupts stay as they are",
      metadata: ["queues": "\(IndexList(unique: queues.sorted()))"])
    state = State(isDecided: true, deferral: nil, isTold: true)
  }

  /// Puts the former values back.
  func end() {
    state.withLock { $0 = State(isDecided: true, deferral: nil) }
  }

  private func deferInterrupts() -> BusyPollHostSettings? {
    do {
      return try BusyPollHostSettings(interface)
    } catch {
      log.warning("interrupts are not deferred for busy polling: \(error)")
      return nil
    }
  }
}
