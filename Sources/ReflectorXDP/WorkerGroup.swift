import AFXDP
import CReflectorABI
import LinuxSystem
import ReflectorEngine
import Synchronization

/// The workers of one reflector: a thread for each queue with a socket.
///
/// Started, stopped and closed by the thread that owns the reflector. The supervisor looks at them too, and starts
/// those of queues that come later; before they are stopped it has to be told to do so no more.
/// Keeps the counters' memory for as long as a worker may write there.
final class WorkerGroup: Sendable {
  private struct Member {
    let queue: Int
    let bindMode: BindMode
    let thread: WorkerThread
  }

  private let members = Mutex<[Member]>([])
  private let board: CounterBoard

  init(board: CounterBoard) {
    self.board = board
  }

  /// Starts the worker of a queue, which takes the socket over.
  func start(_ open: OpenQueue, cpu: Int?, _ configuration: Configuration) throws(SystemCallError) {
    guard let xsk = open.take() else { return }
    var options = WorkerOptions()
    options.batch = UInt32(configuration.batch)
    options.cpu = cpu
    options.spinLimit = Int64(configuration.spin) * 1_000
    let thread = try WorkerThread.start(
      xsk, reflecting: configuration.reflect, counters: board.worker(open.queue), options: options)
    members.withLock { $0.append(Member(queue: open.queue, bindMode: open.bindMode, thread: thread)) }
  }

  /// Ends the worker of a queue and closes its socket.
  func remove(_ queue: Int) {
    // It is waited for when the handle goes: not under the lock.
    let removed = members.withLock { members in
      defer { members.removeAll { $0.queue == queue } }
      return members.filter { $0.queue == queue }
    }
    withExtendedLifetime(removed) {}
  }

  /// Asks all to stop, then waits for all: they drain their rings side by side, for a second at most.
  func stop() {
    let members = members.withLock { $0 }
    for member in members { member.thread.requestStop() }
    for member in members { member.thread.join() }
  }

  /// Closes the sockets.
  func close() {
    members.withLock { $0.removeAll() }
  }

  var queues: [Int] { members.withLock { $0.map(\.queue) } }
  /// Of the socket, for the XSKMAP.
  func descriptor(of queue: Int) -> CInt? {
    members.withLock { $0.first { $0.queue == queue }?.thread.fileDescriptor }
  }
  var bindModes: [BindMode] { members.withLock { $0.map(\.bindMode) } }

  /// The first worker that failed, with the call that did.
  var failure: (queue: Int, error: SystemCallError)? {
    for member in members.withLock({ $0 }) {
      if case .failed(let error) = member.thread.state { return (member.queue, error) }
    }
    return nil
  }

  /// A socket that is bound to nothing any more: the interface is gone.
  var isUnbound: Bool {
    members.withLock { $0.contains { $0.thread.state == .unbound } }
  }

  /// Whether a socket knows the NAPI instance that its frames come through.
  var hasNAPI: Bool {
    members.withLock { $0.contains { NAPIIdentity.of(fileDescriptor: $0.thread.fileDescriptor) != nil } }
  }

  /// Queues whose workers busy-poll and have to wake the driver all the same.
  var wakingDriver: [Int] {
    members.withLock { $0.filter(\.thread.wakesDriver).map(\.queue) }
  }

  /// Whether any frame was received yet.
  var hasReceived: Bool {
    members.withLock { $0.contains { WorkerCounters.read(board.worker($0.queue)).received > 0 } }
  }

  /// CPU time of each thread so far, in nanoseconds by queue.
  var cpuNanoseconds: [Int: UInt64] {
    let times = members.withLock { $0.map { ($0.queue, $0.thread.cpuNanoseconds) } }
    return Dictionary(uniqueKeysWithValues: times.compactMap { queue, time in time.map { (queue, $0) } })
  }

  /// Each socket's counters, where they can be had.
  func forEachStatistics(_ body: (_ queue: Int, XSKStatistics) -> Void) {
    for member in members.withLock({ $0 }) {
      if let statistics = try? member.thread.statistics() { body(member.queue, statistics) }
    }
  }
}
