import CLinux
import Glibc
import LinuxSystem
import Logging
import ReflectorCore
import Synchronization
import SystemPackage
import XDPControl

/// Looks after a running reflector from a thread of its own, ten times a second and whenever the kernel
/// tells of a change of a link: copies the sockets' counters into their map, follows the interface's addresses
/// and the number of its queues, tells of conversations that were held off, and notices what ends the work.
///
/// The rings are none of its business: it shares nothing with a worker but the socket's descriptor.
final class Supervisor: Sendable {
  /// What made the reflector end by itself.
  enum End: Sendable, Hashable {
    case interfaceRemoved
    /// Somebody took the program off the interface.
    case programDetached
    case workerFailed(queue: Int, SystemCallError)
  }

  private let endEvent: OwnedDescriptor
  private let stopEvent: OwnedDescriptor
  private let end = Mutex<End?>(nil)
  private let maps: ReflectorMaps
  private let link: XDPLinkWatch
  private let board: CounterBoard
  private let workers: WorkerGroup
  private let busyPolling: BusyPolling?
  private let interfaceIndex: CInt
  private let diary: Mutex<LinkDiary>
  /// Nil from ``endGrowth()`` on.
  private let growth: Mutex<QueueGrowth?>
  private let keeper: Mutex<PolicyKeeper>
  private let alarms: Mutex<AlarmWatch>
  private let isStopping = Atomic<Bool>(false)
  private let log: Logger

  static let periodMilliseconds: CInt = 100
  /// How long the interface goes unseen at most: not every driver has the kernel tell of another number of queues.
  static let lookNanoseconds: UInt64 = 1_000_000_000

  /// - Parameters maps, link: owned by the reflector, which stops this before they go.
  init(
    maps: ReflectorMaps, link: XDPLinkWatch, board: CounterBoard, workers: WorkerGroup, busyPolling: BusyPolling?,
    interfaceIndex: CInt, diary: LinkDiary, growth: consuming sending QueueGrowth, keeper: PolicyKeeper,
    alarms: AlarmWatch,
    log: Logger
  ) throws(SystemCallError) {
    endEvent = try Self.event()
    stopEvent = try Self.event()
    self.maps = maps
    self.link = link
    self.board = board
    self.workers = workers
    self.busyPolling = busyPolling
    self.interfaceIndex = interfaceIndex
    self.diary = Mutex(diary)
    self.growth = Mutex(growth)
    self.keeper = Mutex(keeper)
    self.alarms = Mutex(alarms)
    self.log = log
  }

  private static func event() throws(SystemCallError) -> OwnedDescriptor {
    OwnedDescriptor(try check("eventfd") { eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK)) })
  }

  /// Readable from the moment that the reflector has ended by itself.
  var endDescriptor: CInt { endEvent.rawValue }
  var ended: End? { end.withLock { $0 } }

  /// Starts the thread, in the calling thread's namespace.
  func start() throws(SystemCallError) -> PosixThread {
    try PosixThread(name: "supervisor") { [self] in run() }
  }

  func stop() { eventfd_write(stopEvent.rawValue, 1) }

  /// From when this returns no queue gets a socket any more. Waits for one that is being bound just now.
  func endGrowth() {
    isStopping.store(true, ordering: .releasing)
    growth.withLock { $0 = nil }
  }

  /// Puts another instance of the program in the place of the one that is attached; no frame meets neither.
  ///
  /// On a thread in the interface's namespace.
  func renewProgram() throws(SystemCallError) {
    try growth.withLock { (growth) throws(SystemCallError) in try growth?.renewProgram() }
  }

  private func run() {
    var links = monitor()
    // What happened before the monitor was there is found by looking once.
    look()
    var lastLook = MonotonicClock.nanoseconds
    while true {
      var descriptors = [
        pollfd(fd: stopEvent.rawValue, events: Int16(POLLIN), revents: 0),
        pollfd(fd: links?.fileDescriptor ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      poll(&descriptors, 2, Self.periodMilliseconds)
      // Also the last time: what is held off just before the end is told, too.
      alarms.withLock { $0.look() }
      if descriptors[0].revents != 0 { return }
      if descriptors[1].revents != 0 { readEvents(&links) }
      if let failure = workers.failure { finish(.workerFailed(queue: failure.queue, failure.error)) }
      if workers.isUnbound { finish(.interfaceRemoved) }
      if !link.isAttached { detached() }
      if MonotonicClock.nanoseconds &- lastLook >= Self.lookNanoseconds {
        look()
        lastLook = MonotonicClock.nanoseconds
      }
      busyPolling?.update(workers)
      board.publish(workers)
    }
  }

  /// Without it all is noticed all the same, only later.
  private func monitor() -> LinkMonitor? {
    do {
      return try LinkMonitor()
    } catch {
      log.warning("the kernel won't tell of changes of the link, they are looked for once a second: \(error)")
      return nil
    }
  }

  /// Whether the interface is there, in which state, by which name and address, and with how many queues.
  private func look() {
    do {
      let interface = try Interface.find(index: interfaceIndex)
      tell(
        diary.withLock {
          $0.note(name: interface.name)
            + $0.note(isUp: interface.isUp, hasCarrier: interface.hasCarrier, mtu: interface.mtu)
        })
      follow(interface.hardwareAddress)
      keeper.withLock { $0.look() }
      growth.withLock { $0?.look(interface) { isStopping.load(ordering: .acquiring) } }
    } catch {
      if case .notFound = error { return finish(.interfaceRemoved) }
      log.warning("can't look at the interface: \(error)")
    }
  }

  private func tell(_ entries: [LinkDiary.Entry]) {
    for entry in entries {
      switch entry {
      case .state(let isUp, let hasCarrier, let mtu):
        log.info("link changed", metadata: ["up": "\(isUp)", "carrier": "\(hasCarrier)", "mtu": "\(mtu)"])
      case .name(let name):
        log.notice("the interface is called \(name) now; its maps stay in the folder that they are in")
      case .warning(let text): log.warning("\(text)")
      }
    }
  }

  /// Frames to the former address are other people's from now on (`ip link set address`, a bond's failover).
  private func follow(_ address: HardwareAddress?) {
    guard let address, let mac = MACAddress(bytes: address.bytes) else { return }
    do {
      guard try maps.follow(mac: mac) else { return }
      log.notice("the interface has another address: frames to it are reflected", metadata: ["address": "\(mac)"])
    } catch {
      log.warning("the interface's new address \(mac) couldn't be told to the program: \(error)")
    }
  }

  /// With an interface that is removed its program goes too, and that is the better word for it.
  private func detached() {
    look()
    finish(.programDetached)
  }

  private func readEvents(_ links: inout LinkMonitor?) {
    while let event = try? links?.next() {
      switch event {
      case .removed(interfaceIndex): finish(.interfaceRemoved)
      case .changed(interfaceIndex, let isUp, let hasCarrier, let mtu):
        // The event's own state first: by now a link that was down may be up again, and looking wouldn't tell.
        tell(diary.withLock { $0.note(isUp: isUp, hasCarrier: hasCarrier, mtu: mtu) })
        look()
      case .addresses(interfaceIndex), .overflowed: look()
      default: break
      }
    }
  }

  private func finish(_ reason: End) {
    let first = end.withLock { end in
      defer { end = end ?? reason }
      return end == nil
    }
    if first { eventfd_write(endEvent.rawValue, 1) }
  }
}
