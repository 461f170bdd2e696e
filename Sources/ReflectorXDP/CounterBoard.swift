import AFXDP
import CReflectorABI
import LinuxSystem
import Synchronization
import XDPControl

/// The memory-mapped maps that this process writes: who runs here, what each worker counts, and the
/// sockets' own counters.
///
/// Each entry has one writer: a worker its own in `workers`, whoever calls ``publish(_:)`` the others, one
/// thread at a time (the supervisor while it runs, the reflector after that). Of `session` the reflector's thread
/// writes the fields about reloads, and nobody else those.
final class CounterBoard: @unchecked Sendable {
  private let session: MappedArray<reflector_session>
  private let workers: MappedArray<reflector_worker>
  private let statistics: MappedArray<reflector_xsk_statistics>

  /// - Parameter queues: entries of the per-queue maps.
  init(_ maps: ReflectorMaps, queues: Int) throws(SystemCallError) {
    session = try MappedArray(.session, descriptor: maps.session.descriptor, count: 1, writable: true)
    workers = try MappedArray(.workers, descriptor: maps.workers.descriptor, count: queues, writable: true)
    statistics = try MappedArray(
      .xskStatistics, descriptor: maps.xskStatistics.descriptor, count: queues, writable: true)
  }

  /// Says who runs here.
  func open(_ entry: reflector_session) {
    for queue in 0..<workers.count {
      workers.pointer(at: queue).pointee.queue = UInt32(queue)
      workers.pointer(at: queue).pointee.cpu = .max
    }
    session.pointer(at: 0).pointee = entry
  }

  /// Lets readers see the entries of that many queues, if it is more than they see already. What those entries
  /// hold is there before.
  func show(queues: Int) {
    let entry = session.pointer(at: 0)
    guard queues > Int(entry.pointee.queues) else { return }
    atomicMemoryFence(ordering: .releasing)
    entry.pointee.queues = UInt32(queues)
  }

  /// Says which program is attached now.
  func show(program id: UInt32) {
    session.pointer(at: 0).pointee.program_id = id
  }

  /// Before anything of the new configuration is read: who saw the former number and then asked for a reload has it
  /// with this one.
  func beginReload() {
    session.pointer(at: 0).pointee.reload_requests &+= 1
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  /// After all of it is in force, or nothing.
  func endReload(isDone: Bool) {
    atomicMemoryFence(ordering: .releasing)
    if isDone {
      session.pointer(at: 0).pointee.reloads &+= 1
    } else {
      session.pointer(at: 0).pointee.reload_failures &+= 1
    }
  }

  /// Takes a worker's entry for one without a socket again. Its thread has to be over.
  func clear(_ queue: Int) {
    workers.pointer(at: queue).pointee.bind_mode = REFLECTOR_BIND_NONE
    workers.pointer(at: queue).pointee.cpu = .max
  }

  /// Where the worker of a queue counts; valid while this lives.
  func worker(_ queue: Int) -> UnsafeMutablePointer<reflector_worker> {
    workers.pointer(at: queue)
  }

  /// Copies sockets' counters (XDP_STATISTICS), which only their owner can ask for, then sets the time: a
  /// reader that sees a younger time sees younger counters. A socket that can't be asked any more
  /// (unbound) keeps its last figures.
  func publish(_ group: WorkerGroup) {
    group.forEachStatistics { queue, figures in
      statistics.pointer(at: queue).pointee = reflector_xsk_statistics(figures)
    }
    atomicMemoryFence(ordering: .releasing)
    session.pointer(at: 0).pointee.statistics_ns = MonotonicClock.nanoseconds
  }
}

extension reflector_xsk_statistics {
  init(_ figures: XSKStatistics) {
    self.init()
    rx_dropped = figures.rxDropped
    rx_invalid_descs = figures.rxInvalidDescriptors
    tx_invalid_descs = figures.txInvalidDescriptors
    rx_ring_full = figures.rxRingFull
    rx_fill_ring_empty_descs = figures.fillRingEmpty
    tx_ring_empty_descs = figures.txRingEmpty
  }
}
