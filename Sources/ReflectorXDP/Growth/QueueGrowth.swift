import AFXDP
import LinuxSystem
import Logging
import Synchronization
import SystemPackage
import XDPControl

/// Gives queues that come while it is attached what the first ones got: UMEM, socket, worker, an entry in the XSKMAP;
/// in the kernel datapath the program alone. The others run on meanwhile.
///
/// Used by one thread at a time, in the interface's namespace: the supervisor, and whoever ends it.
struct QueueGrowth: ~Copyable {
  private let configuration: Configuration
  private let binder: Binder
  private let step: Step
  private let maps: ReflectorMaps
  private let board: CounterBoard
  private let workers: WorkerGroup
  private let log: Logger
  private let sysfs: Sysfs?
  private var diary: QueueDiary
  private var renewal: ProgramRenewal
  private let renewsForQueues: Bool

  /// - Parameter renewsForQueues: whether the driver has to be handed the program again for new queues.
  init(
    _ configuration: Configuration, _ binder: Binder, step: Step, diary: QueueDiary,
    renewal: consuming ProgramRenewal, renewsForQueues: Bool, maps: ReflectorMaps, board: CounterBoard,
    workers: WorkerGroup, log: Logger
  ) {
    self.configuration = configuration
    self.binder = binder
    self.step = step
    self.diary = diary
    self.renewal = renewal
    self.renewsForQueues = renewsForQueues
    self.maps = maps
    self.board = board
    self.workers = workers
    self.log = log
    sysfs = try? Sysfs()
  }

  /// Looks how many queues there are, and does what that asks for. A zero-copy bind takes some drivers seconds.
  ///
  /// While the interface is down, or where nobody counts, there is nothing to compare.
  ///
  /// - Parameter isOver: asked before each queue; true leaves the rest for another time.
  mutating func look(_ interface: Interface, isOver: () -> Bool) {
    guard interface.isUp, let queues = try? ReceiveQueues.of(interface), queues.source != .allocated else { return }
    let former = diary.receive
    let plan = diary.note(receive: queues.inUse, transmit: transmitQueues(interface), of: interface.name)
    if diary.receive != former {
      log.debug("queues changed", metadata: ["rx": "\(diary.receive)", "before": "\(former)"])
    }
    tell(plan.entries)
    var outcomes: [Int: QueueDiary.Outcome] = [:]
    for assignment in plan.bind {
      guard !isOver() else { break }
      // A bind may take a while, and readers wait for the sockets' counters.
      board.publish(workers)
      outcomes[assignment.queue] = start(assignment)
    }
    board.show(queues: diary.shown)
    for (queue, outcome) in outcomes { outcomes[queue] = enter(queue, outcome) }
    let isGrown = outcomes.values.contains {
      switch $0 {
      case .bound, .reflecting: true
      case .busy, .refused: false
      }
    }
    if isGrown || !plan.returned.isEmpty { renew(interface.name) }
    // Only now do they reflect: to load a program takes its time.
    tell(diary.book(outcomes, of: interface.name))
  }

  private func transmitQueues(_ interface: Interface) -> Int? {
    switch sysfs {
    case _ where step.reflectsInKernel: nil  // see Attacher
    case .some(let sysfs): interface.realTransmitQueues(in: sysfs)
    case .none: nil
    }
  }

  /// Socket and worker. No frame comes to them yet.
  private func start(_ assignment: QueueSelection.Assignment) -> QueueDiary.Outcome {
    guard !step.reflectsInKernel else { return .reflecting }
    var refusal: SystemCallError?
    for mode in step.binds(beside: workers.bindModes) {
      do throws(SystemCallError) {
        try workers.start(try binder.open(assignment.queue, mode), cpu: assignment.cpu, configuration)
        return .bound(mode, refused: refusal)
      } catch {
        if error.errno == .resourceBusy { return .busy(error) }
        refusal = error
      }
    }
    return .refused(refusal ?? SystemCallError("bind", .notSupportedOnSocket))
  }

  /// The entry in the XSKMAP: from here on frames come.
  private func enter(_ queue: Int, _ outcome: QueueDiary.Outcome) -> QueueDiary.Outcome {
    guard case .bound = outcome, let descriptor = workers.descriptor(of: queue) else { return outcome }
    do throws(SystemCallError) {
      try maps.xsks.update(UInt32(queue), UInt32(descriptor))
      return outcome
    } catch {
      workers.remove(queue)
      board.clear(queue)
      return .refused(error)
    }
  }

  /// Puts another instance of the program in the place of the one that is attached.
  mutating func renewProgram() throws(SystemCallError) {
    if let id = try renewal.renew() { board.show(program: id) }
  }

  private mutating func renew(_ name: String) {
    guard renewsForQueues else { return }
    do throws(SystemCallError) {
      try renewProgram()
    } catch {
      log.warning(
        "\(name): frames on its new queues go to the host's stack, they don't run the program: \(error); attach again")
    }
  }

  private func tell(_ entries: [QueueDiary.Entry]) {
    for entry in entries {
      switch entry {
      case .notice(let text): log.notice("\(text)")
      case .warning(let text): log.warning("\(text)")
      }
    }
  }
}
