import AFXDP
import CReflectorABI
import Glibc
import LinuxSystem
import Logging
import ReflectorCore
import ReflectorEngine
import SystemPackage
import XDPControl

/// Puts a reflector together, from the outside in: namespace, interface, pins, program, sockets, workers.
///
/// Every part has an owner of its own, so a step that fails takes down what already stands by leaving the
/// scope: there is no ladder of clean-ups.
struct Assembly {
  private let configuration: Configuration
  private let given: Configuration
  /// What of the configuration given was put right.
  private let adjustments: [String]
  private let traits: DriverTraits
  /// What the program is told, with the interface's addresses as they are now.
  private let instructions: Instructions
  private let lock: PolicyLock
  private let place: Place
  private let log: Logger
  private let isCancelled: () -> Bool

  /// Enters the configuration's namespace with the calling thread.
  init(configuration: Configuration, log: Logger, isCancelled: @escaping () -> Bool) throws(ReflectorError) {
    _ = try configuration.validate()
    given = configuration
    self.log = log
    self.isCancelled = isCancelled
    if configuration.datapath != .kernel { try Self.probe() }
    place = try Place.find(
      configuration.interface, namespace: configuration.namespace, pinDirectory: configuration.pinDirectory)
    traits = DriverTraits.of(place.interface)
    (self.configuration, adjustments) = traits.suited(configuration)
    lock = PolicyLock(base: configuration.pinDirectory)
    do {
      instructions = configuration.instructions(try InterfaceAddress.all(ofInterface: place.interface.index))
    } catch {
      throw .system("read the addresses of \(place.interface.name)", error)
    }
  }

  private static func probe() throws(ReflectorError) {
    let presence: XDPProbe.Presence
    do {
      presence = try XDPProbe.afXDP()
    } catch {
      throw .system("open an AF_XDP socket", error)
    }
    switch presence {
    case .present: return
    case .absent: throw .noAFXDP
    case .notPermitted: throw .noPermission("open an AF_XDP socket", needs: "CAP_NET_RAW")
    }
  }

  func run() throws(ReflectorError) -> Reflector {
    let pins = try Pins(place, base: configuration.pinDirectory)
    let plan = DatapathPlan(configuration, spread: try HostFacts.spreadCPUs(configuration), facts())
    let hasSockets = plan.attempts.contains { $0.program == .xsk }
    let host = try HostFacts(place.interface, configuration, hasSockets: hasSockets)
    let openness = Openness(instructions)
    let warnings = adjustments + host.warnings + plan.warnings + [openness.warning].compactMap { $0 }
    for warning in warnings { log.warning("\(warning)") }
    for notice in plan.notices + configuration.policyNotices { log.notice("\(notice)") }
    let room = try mostQueues()
    let multiBuffer = MultiBuffer(place.interface, configuration)
    let binder = Binder(place.interface, configuration, multiBuffer: multiBuffer, numaNode: host.numaNode)
    var attacher = Attacher(
      configuration: configuration, host: host, traits: traits, interface: place.interface, binder: binder, log: log,
      isCancelled: isCancelled)
    for attempt in plan.attempts {
      let object = try LoadedReflector(
        attempt.program, queues: room, flows: configuration.flows, multiBuffer: multiBuffer.isOn, log: log)
      try install(object, attempt.program, room: room)
      let refusals = attempt.program == .xsk ? nil : watchRefusals(object, attempt.program)
      guard let attached = try attacher.attach(object.object, attempt.steps) else { continue }
      let more = [attached.selection.warning(place.interface.name), Self.warning(multiBuffer, attached)]
        .compactMap { $0 }
      for warning in more { log.warning("\(warning)") }
      let result = Attachment(
        place.interface, attached, attempt.program, pins: pins.path, refusals: attacher.refusals,
        warnings: warnings + more, allows: "\(openness)", flows: configuration.flows,
        flowsBytes: configuration.flows > 0 ? MapMemory.bytes(of: try? object.object.maps().flows.descriptor) : nil)
      let diary = QueueDiary(attached.selection, wanted: configuration.queues, cpus: host.cpus, room: room)
      let reflector: Reflector
      do throws(SystemCallError) {
        reflector = try start(
          attached, object, attempt.program, pins, binder, diary, multiBuffer, refusals: refusals, room: room,
          as: result)
      } catch {
        throw .system("start the workers of \(place.interface.name)", error)
      }
      tellAlternative(attached)
      return reflector
    }
    throw attacher.unavailable
  }

  private func facts() -> DatapathPlan.Facts {
    DatapathPlan.Facts(
      name: place.interface.name,
      claimsZeroCopy: (try? XDPFeatures.of(place.interface)).flatMap { $0?.actions.contains(.xskZeroCopy) },
      farEnd: VethFarEnd.find(of: place.interface))
  }

  /// Nil where the kernel doesn't tell. From before the attach: the first frame may be refused.
  private func watchRefusals(_ object: LoadedReflector, _ program: DatapathProgram) -> RefusalsCount? {
    // What is sent from another CPU goes through the kernel's own code, which tells for each driver.
    guard program.cpus != nil || traits.tellsRefusals(on: KernelRelease.current) else { return nil }
    do {
      return try RefusalsCount(place.interface.index, object, spreads: program.cpus != nil)
    } catch {
      log.info("frames that the driver refuses aren't counted: \(error)")
      return nil
    }
  }

  /// What the operator could have instead, in one line.
  private func tellAlternative(_ attached: Attached) {
    guard attached.link.mode == .native, attached.queues.contains(where: { $0.bindMode == .copy }),
      DatapathPlan.wouldArrive(VethFarEnd.find(of: place.interface))
    else { return }
    log.notice(
      "copy mode: --datapath kernel reflects in the driver, without copying, several times as fast (docs/performance.md)"
    )
  }

  private static func warning(_ multiBuffer: MultiBuffer, _ attached: Attached) -> String? {
    guard let longest = attached.longestFrame else { return nil }
    let isZeroCopy = attached.queues.contains { $0.bindMode == .zeroCopy && !$0.isMultiBuffer }
    return multiBuffer.warning(longest: longest, isZeroCopy: isZeroCopy)
  }

  /// Room in the per-queue maps: the most queues that the interface can come to have.
  private func mostQueues() throws(ReflectorError) -> Int {
    do {
      return try ReceiveQueues.of(place.interface).maximum
    } catch {
      throw .system("count the queues of \(place.interface.name)", error)
    }
  }

  private func install(_ object: LoadedReflector, _ program: DatapathProgram, room: Int) throws(ReflectorError) {
    guard let mac = place.interface.hardwareAddress.flatMap({ MACAddress(bytes: $0.bytes) }) else {
      throw ReflectorError(
        .modeUnavailable, what: "\(place.interface.name) is no Ethernet interface", why: "it has no address of 6 bytes",
        remedy: "see reflector-xdp list")
    }
    let maps: ReflectorMaps
    do throws(SystemCallError) {
      maps = try object.object.maps()
      if program != .xsk, let wanted = configuration.queues {
        for queue in 0..<room where !wanted.contains(queue) { try maps.close(queue: queue) }
      }
      if let cpus = program.cpus { try object.object.spread(over: cpus) }
    } catch {
      throw .system("set up the maps of \(place.interface.name)", error)
    }
    do {
      try maps.install(instructions, mac: mac)
    } catch {
      throw .policy(error, of: place.interface.name)
    }
  }

  private func start(
    _ attached: Attached, _ object: LoadedReflector, _ program: DatapathProgram, _ pins: Pins, _ binder: Binder,
    _ diary: QueueDiary, _ multiBuffer: MultiBuffer, refusals: RefusalsCount?, room: Int, as result: Attachment
  ) throws(SystemCallError) -> Reflector {
    let maps = try object.object.maps()
    let board = try CounterBoard(maps, queues: room)
    var session = sessionEntry(attached, object)
    session.spread = UInt32(program.cpus?.count ?? 0)
    // A generic program's frames go the stack's way, on which they may be dropped without a word.
    session.counts_refusals = refusals != nil && attached.link.mode == .native ? 1 : 0
    board.open(session)
    try pins.pin(object.object)

    let workers = try startWorkers(attached, board)
    let reflector = Reflector(
      attachment: result, configuration: given, interfaceIndex: place.interface.index, maps: maps, lock: lock,
      board: board, workers: workers,
      attached: attached, object: object, refusals: refusals, pins: pins)
    // From here on `stop`, which the reflector's end calls too, undoes everything.
    for queue in attached.queues { try maps.xsks.update(UInt32(queue.queue), UInt32(queue.descriptor)) }
    let renewal = ProgramRenewal(
      program, link: attached.link.watch, first: object.object.programDescriptor, multiBuffer: multiBuffer.isOn,
      maps: maps)
    let growth = QueueGrowth(
      configuration, binder, step: attached.step, diary: diary, renewal: renewal,
      renewsForQueues: ProgramRenewal.isNeeded(place.interface, attached.link.mode), maps: maps, board: board,
      workers: workers, log: log)
    try reflector.supervise(
      place, networks: instructions.interfaceNetworks,
      diary: LinkDiary(place.interface, longestFrame: attached.longestFrame), growth: growth,
      link: attached.link.watch, busyPolling: configuration.busyPoll, log: log)
    return reflector
  }

  private func startWorkers(_ attached: Attached, _ board: CounterBoard) throws(SystemCallError) -> WorkerGroup {
    let workers = WorkerGroup(board: board)
    for (open, assignment) in zip(attached.queues, attached.selection.assignments) {
      try workers.start(open, cpu: assignment.cpu, configuration)
    }
    return workers
  }

  private func sessionEntry(_ attached: Attached, _ object: LoadedReflector) -> reflector_session {
    var session = reflector_session()
    session.abi_version = UInt32(REFLECTOR_ABI_VERSION.rawValue)
    session.pid = UInt32(getpid())
    session.ifindex = UInt32(place.interface.index)
    session.program_id = object.programID
    session.netns = NetworkNamespace.currentInode ?? 0
    session.started_ns = MonotonicClock.nanoseconds
    session.statistics_ns = session.started_ns
    session.attach_mode = attached.link.mode == .native ? REFLECTOR_ATTACH_NATIVE : REFLECTOR_ATTACH_GENERIC
    session.reflect_mode = configuration.reflect.abi
    session.datapath = attached.step.reflectsInKernel ? REFLECTOR_DATAPATH_KERNEL : REFLECTOR_DATAPATH_XSK
    session.queues = UInt32(attached.selection.available)
    copy(place.interface.name, into: &session.interface)
    return session
  }
}
