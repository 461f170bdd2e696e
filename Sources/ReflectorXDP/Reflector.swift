import CReflectorABI
import Glibc
import LinuxSystem
public import Logging
import ReflectorCore
import SystemPackage
import XDPControl

/// A reflector on one interface, running: test frames that match go back where they came from, everything
/// else goes on to the host's stack.
///
/// ```swift
/// let reflector = try Reflector.attach(Configuration(interface: "eth0"), log: log)
/// …
/// let totals = reflector.stop()
/// ```
///
/// Needs CAP_BPF, CAP_NET_ADMIN, but for the kernel datapath CAP_NET_RAW, for the pins CAP_SYS_ADMIN, and CAP_IPC_LOCK where RLIMIT_MEMLOCK is
/// too low for the UMEMs; Linux 5.12. Belongs to one thread. When the process ends, also by SIGKILL, the kernel detaches
/// the program and all frames go to the stack.
public final class Reflector {
  /// What was attached and how.
  public let attachment: Attachment
  /// As it is in force but for what commands have changed since.
  var configuration: Configuration
  let maps: ReflectorMaps
  let lock: PolicyLock
  let interfaceIndex: CInt
  private let board: CounterBoard
  private let workers: WorkerGroup
  private let object: LoadedReflector
  private let refusals: RefusalsCount?
  private let pins: Pins
  private var totals: Statistics?

  // Taken down by `stop`, in this order.
  private var supervisor: Supervisor?
  private var supervision: PosixThread?
  private var attached: Attached?
  private var busyPolling: BusyPolling?

  init(
    attachment: Attachment, configuration: Configuration, interfaceIndex: CInt, maps: ReflectorMaps, lock: PolicyLock,
    board: CounterBoard,
    workers: WorkerGroup, attached: Attached, object: LoadedReflector, refusals: RefusalsCount?, pins: Pins
  ) {
    self.attachment = attachment
    self.configuration = configuration
    self.interfaceIndex = interfaceIndex
    self.maps = maps
    self.lock = lock
    self.board = board
    self.workers = workers
    self.attached = attached
    self.object = object
    self.refusals = refusals
    self.pins = pins
  }

  deinit {
    stop()
  }

  /// Attaches and starts reflecting; returns when every queue answers.
  ///
  /// Enters the configuration's network namespace with the calling thread, which stays there.
  ///
  /// - Parameter isCancelled: asked while it waits for something that is busy, for seconds at most; true
  ///   ends the wait.
  /// - Throws: ``ReflectorError``, with nothing left behind.
  public static func attach(
    _ configuration: Configuration, log: Logger, isCancelled: @escaping () -> Bool = { false }
  ) throws(ReflectorError) -> Reflector {
    try Assembly(configuration: configuration, log: log, isCancelled: isCancelled).run()
  }

  func supervise(
    _ place: Place, networks: [Network: NetworkVerdict], diary: LinkDiary, growth: consuming sending QueueGrowth,
    link: XDPLinkWatch,
    busyPolling: Bool, log: Logger
  ) throws(SystemCallError) {
    self.busyPolling = busyPolling ? BusyPolling(place.interface, log: log) : nil
    let supervisor = try Supervisor(
      maps: maps, link: link, board: board, workers: workers, busyPolling: self.busyPolling,
      interfaceIndex: place.interface.index, diary: diary, growth: growth,
      keeper: PolicyKeeper(maps, lock, interface: place.interface.index, known: networks, log: log),
      alarms: AlarmWatch(maps, arguments: place.arguments, log: log), log: log)
    supervision = try supervisor.start()
    self.supervisor = supervisor
  }

  /// The accounts now, or the totals after ``stop()``. Takes up to a tenth of a second, and up to 0.7 s if they
  /// don't balance.
  public func statistics() throws(ReflectorError) -> Statistics {
    if let totals { return totals }
    do {
      return try StatisticsReader(maps).read()
    } catch {
      throw .system("read the statistics of \(attachment.interface)", error)
    }
  }

  /// Readable (poll) from the moment that the reflector has ended by itself; ``failure`` says why.
  public var endDescriptor: CInt { supervisor?.endDescriptor ?? -1 }

  /// Why the reflector ended by itself; nil as long as it hasn't.
  public var failure: ReflectorError? {
    switch supervisor?.ended {
    case nil: nil
    case .interfaceRemoved:
      ReflectorError(
        .noInterface, what: "\(attachment.interface) is gone",
        why: "the interface was removed, or moved to another network namespace", remedy: "attach again when it is back")
    case .programDetached:
      ReflectorError(
        .busy, what: "\(attachment.interface): the XDP program is no longer attached",
        why: "somebody took it off (bpftool link detach)", remedy: "find out who; then attach again")
    case .workerFailed(let queue, let error): .system("\(attachment.interface) queue \(queue)", error)
    }
  }

  /// Counts what `body` does as a reload, for those who wait for one (``ReflectorProcess``). What it throws makes it
  /// one that was refused.
  package func reloading<Result>(_ body: () throws -> Result) throws -> Result {
    board.beginReload()
    var isDone = false
    defer { board.endReload(isDone: isDone) }
    let result = try body()
    isDone = true
    return result
  }

  /// Loads the program once more, over the same maps, and puts it in the place of the one that is attached, at once
  /// (BPF_LINK_UPDATE): each frame meets one of the two. For drivers that lost it. On the thread that attached.
  package func renewProgram() throws(ReflectorError) {
    do {
      try supervisor?.renewProgram()
    } catch {
      throw .system("replace the program of \(attachment.interface)", error)
    }
  }

  /// CPU time of each worker's thread so far, in nanoseconds by queue, for those who measure.
  package var workerCPUNanoseconds: [Int: UInt64] { workers.cpuNanoseconds }

  /// Stops, and returns the totals. What is in the rings is sent before; from then on all frames pass to
  /// the stack, and nothing is left on the interface or in the pins. The second time it only returns the
  /// same totals.
  @discardableResult
  public func stop() -> Statistics? {
    guard attached != nil else { return totals }
    // Before the queues are named: the supervisor adds none from here on.
    supervisor?.endGrowth()
    // The program first: without an entry it passes what it would have redirected.
    for queue in workers.queues { try? maps.xsks.remove(UInt32(queue)) }
    workers.stop()
    supervisor?.stop()
    supervision.take()?.join()
    board.publish(workers)
    attached = nil  // The link: detaches.
    maps.endSpread()
    busyPolling?.end()
    totals = try? StatisticsReader(maps).readFinal()
    workers.close()
    pins.remove()
    return totals
  }
}
