import AFXDP
import CReflectorABI
import Glibc
import LinuxSystem
import Logging
import ReflectorCore
import SystemPackage
import XDPControl

/// The program on its interface and a bound socket for each queue: what a step of the plan gives. In the kernel
/// datapath there are no sockets.
final class Attached {
  let link: XDPLink
  let step: Step
  let selection: QueueSelection
  let queues: [OpenQueue]

  init(link: consuming XDPLink, step: Step, selection: QueueSelection, queues: [OpenQueue]) {
    self.link = link
    self.step = step
    self.selection = selection
    self.queues = queues
  }

  /// Bytes of the longest frame that all sockets take; nil in the kernel datapath, which has none.
  var longestFrame: Int? { queues.map(\.longestFrame).min() }
}

/// Walks down the plan until a step can be had: attach the program, then bind every queue.
///
/// Everything that a failed step opened is closed before the next one begins: a UMEM whose bind failed
/// can't be bound again.
struct Attacher {
  let configuration: Configuration
  let interface: Interface
  let host: HostFacts
  let binder: Binder
  let traits: DriverTraits
  let log: Logger
  private let isCancelled: () -> Bool
  private(set) var refusals: [Refusal] = []
  private var refusedBinds: [RefusedBind: [Int]] = [:]
  private var refusedAttaches: Set<AttachMode> = []

  private struct RefusedBind: Hashable {
    let mode: BindMode
    let cause: SystemCallError
  }

  /// How long a queue may stay busy: the kernel takes a closed socket down in the background.
  static let busyPatience: UInt64 = 5_000_000_000
  static let carrierPatience: UInt64 = 10_000_000_000

  /// - Parameter isCancelled: asked while waiting for something that is busy; true ends the wait.
  init(
    configuration: Configuration, host: HostFacts, traits: DriverTraits, interface: Interface, binder: Binder,
    log: Logger,
    isCancelled: @escaping () -> Bool
  ) {
    self.configuration = configuration
    self.interface = interface
    self.host = host
    self.binder = binder
    self.traits = traits
    self.log = log
    self.isCancelled = isCancelled
  }

  /// Nil if none of the steps can be had; ``unavailable`` then says why.
  mutating func attach(_ object: borrowing ReflectorObject, _ steps: [Step]) throws(ReflectorError) -> Attached? {
    // What the driver refused one datapath's program it refuses the other's.
    for step in steps where !refusedAttaches.contains(step.attach) {
      guard let link = try attachProgram(object, step.attach) else { continue }
      // Some drivers can only while a program is attached, and say so only then.
      guard !configuration.spreads || sendsForOthers() else { continue }
      // Attaching can change the number of channels, so this is the time to count them.
      let selection = try select(step)
      guard let queues = try bindAll(selection, step) else { continue }
      if mayHaveResetLink(queues) { waitForCarrier() }
      return Attached(link: link, step: step, selection: selection, queues: queues)
    }
    return nil
  }

  /// What nothing of the plan could be had for.
  var unavailable: ReflectorError {
    if refusals.contains(where: \.isAboutMTU) { return .mtuTooLarge(interface.name, interface.mtu, refusals) }
    return configuration.spreads
      ? .spreadUnavailable(interface.name, refusals)
      : .modeUnavailable(configuration.mode, interface.name, refusals)
  }

  /// Whether the driver sends what another CPU gives it (ndo_xdp_xmit); true where the kernel doesn't tell. Of a veth
  /// its far end decides, of which the operator was told already.
  private mutating func sendsForOthers() -> Bool {
    guard interface.kind != "veth", let features = (try? XDPFeatures.of(interface)).flatMap({ $0 }),
      !features.actions.contains(.ndoXmit)
    else { return true }
    refusals.append(Refusal(attempt: "spread", reason: "the driver doesn't send frames that another CPU gives it"))
    return false
  }

  /// Nil if this mode can't be had and another may.
  private mutating func attachProgram(
    _ object: borrowing ReflectorObject, _ mode: AttachMode
  ) throws(ReflectorError) -> XDPLink? {
    let deadline = MonotonicClock.nanoseconds + Self.busyPatience
    while true {
      do throws(AttachError) {
        return try XDPLink(program: object.programDescriptor, interfaceIndex: interface.index, mode: mode)
      } catch {
        if error.isBusy {
          // A reflector that was killed a moment ago is still being taken down.
          let program = LoadedProgram.attached(toInterface: interface.index)
          if program?.isReflector ?? true, MonotonicClock.nanoseconds < deadline {
            try rest(milliseconds: 20, waitingFor: "the last program's end")
            continue
          }
          throw busy(program)
        }
        if error.cause.errno == .notPermitted {
          throw .noPermission("attach \(interface.name)", needs: "CAP_NET_ADMIN and CAP_BPF")
        }
        refuse("attach \(mode.rawValue)", error.cause, error.kernelMessage)
        refusedAttaches.insert(mode)
        return nil
      }
    }
  }

  /// A reflector that was started when interface or namespace had another name has its folder by that name.
  private func busy(_ program: LoadedProgram?) -> ReflectorError {
    guard let base = configuration.pinDirectory, let program,
      let path = PinnedMaps.folder(below: base, where: { $0.program_id == program.id })
    else { return .attachBusy(interface.name, program) }
    let pid = (try? PinnedMaps(path: path))?.session.pid
    return .ownBusy(
      interface.name, pid: pid, pins: path,
      arguments: Place.arguments(interface.name, namespace: configuration.namespace, pinDirectory: base))
  }

  private func select(_ step: Step) throws(ReflectorError) -> QueueSelection {
    let available: Int
    do {
      available = try ReceiveQueues.of(interface).inUse
    } catch {
      throw .system("count the queues of \(interface.name)", error)
    }
    return try QueueSelection(
      // A frame that XDP sends needs no TX queue of its RX queue's number.
      available: available, sendable: step.reflectsInKernel ? nil : transmitQueues(), wanted: configuration.queues,
      cpus: host.cpus,
      interface: interface.name)
  }

  private func transmitQueues() -> Int? {
    guard let sysfs = try? Sysfs() else { return nil }
    return interface.realTransmitQueues(in: sysfs)
  }

  /// Nil if some queue can't be bound as the step wants, and another step may do better.
  private mutating func bindAll(_ selection: QueueSelection, _ step: Step) throws(ReflectorError) -> [OpenQueue]? {
    var queues: [OpenQueue] = []
    guard !step.reflectsInKernel else { return queues }
    defer { tellRefusedBinds() }
    for queue in selection.queues {
      guard let open = try bind(queue, step, of: selection) else { return nil }
      queues.append(open)
    }
    return queues
  }

  private mutating func bind(
    _ queue: Int, _ step: Step, of selection: QueueSelection
  ) throws(ReflectorError) -> OpenQueue? {
    for mode in step.binds {
      do throws(SystemCallError) {
        return try openWaiting(queue, mode)
      } catch {
        switch error.errno {
        case .resourceBusy where isCancelled(): throw .cancelled(interface.name, waitingFor: "queue \(queue)")
        case .resourceBusy: throw .bindBusy(interface.name, queue: queue, mode: mode, queues: selection.queues)
        case .notPermitted, .permissionDenied:
          throw .noPermission(
            "\(error.call) on \(interface.name) queue \(queue)", needs: "CAP_NET_RAW and CAP_NET_ADMIN")
        case .noBufferSpace where error.call.contains("XDP_UMEM_REG"):
          throw lockedMemory(queue, error)
        // From the bind it would be the driver's own trouble, which another mode may not have.
        case .noMemory where error.call != "bind": throw noMemory(queue, error, queues: selection.queues.count)
        case .addressFamilyNotSupported: throw .noAFXDP
        default: refusedBinds[RefusedBind(mode: mode, cause: error), default: []].append(queue)
        }
      }
    }
    return nil
  }

  /// EBUSY is tried again for a while.
  private func openWaiting(_ queue: Int, _ mode: BindMode) throws(SystemCallError) -> OpenQueue {
    let deadline = MonotonicClock.nanoseconds + Self.busyPatience
    while true {
      do throws(SystemCallError) {
        return try binder.open(queue, mode)
      } catch  where error.errno == .resourceBusy && MonotonicClock.nanoseconds < deadline {
        log.debug("queue is busy, trying again", metadata: ["queue": "\(queue)"])
        guard !isCancelled() else { throw error }
        usleep(100_000)
      }
    }
  }

  /// One line for queues that were refused alike: a NIC may have a hundred.
  private mutating func tellRefusedBinds() {
    for (bind, queues) in refusedBinds.sorted(by: { $0.value[0] < $1.value[0] }) {
      let names = queues.count == 1 ? "queue" : "queues"
      // What failed may be a call before the bind: the memory, a ring, an option.
      let call = bind.cause.call == "bind" ? "" : ": \(bind.cause.call)"
      let isZeroCopy = bind.mode == .zeroCopy && bind.cause.call == "bind"
      let why =
        isZeroCopy
        ? mtuExplanation(bind.cause.errno) ?? traits.explanation(ofZeroCopyRefusal: bind.cause.errno) : nil
      refuse("bind \(names) \(IndexList(unique: queues)) \(bind.mode)\(call)", bind.cause, why)
    }
    refusedBinds.removeAll()
  }

  /// The kernel's own check of a zero-copy bind, whatever the driver: it counts the FCS, too (xp_assign_dev).
  private func mtuExplanation(_ errno: Errno) -> String? {
    let room = UInt32(Configuration.longestFrame(chunkSize: configuration.chunkSize))
    guard errno == .invalidArgument, interface.mtu + MultiBuffer.headers + 4 > room else { return nil }
    return "frames of its MTU, \(interface.mtu), don't fit a chunk"
  }

  private func noMemory(_ queue: Int, _ error: SystemCallError, queues: Int) -> ReflectorError {
    let size = configuration.frames * configuration.chunkSize / 1024
    return ReflectorError(
      .system, what: "\(error.call) on \(interface.name) queue \(queue): \(error.errno.name)",
      why: "there is no memory for the UMEM, \(size) KiB for each of \(queues) queues",
      remedy: "attach with fewer --frames or --queues, or see ulimit -v and free -m")
  }

  private func lockedMemory(_ queue: Int, _ error: SystemCallError) -> ReflectorError {
    let size = configuration.frames * configuration.chunkSize / 1024
    return ReflectorError(
      .system, what: "\(error.call) on \(interface.name) queue \(queue): \(error.errno.name)",
      why: "the UMEM's \(size) KiB don't fit into what this process may lock (ulimit -l), and it lacks CAP_IPC_LOCK",
      remedy: "raise the limit (LimitMEMLOCK=infinity), or attach with fewer --frames")
  }

  /// A NIC's driver may make its rings anew for a native program and for a zero-copy bind, and once more when the
  /// sockets of a reflector before are taken down, in whatever mode this one is. What is no hardware does neither, and
  /// may well be without a carrier for as long as its far end is down.
  private func mayHaveResetLink(_ queues: [OpenQueue]) -> Bool {
    interface.kind == nil || queues.contains { $0.bindMode == .zeroCopy }
  }

  /// A link that its driver reset takes seconds to come back. So does one after the end of the socket before, or a
  /// change of the MTU: the carrier may have been away when the interface was looked at first.
  private func waitForCarrier() {
    let deadline = MonotonicClock.nanoseconds + Self.carrierPatience
    var told = false
    while let now = try? Interface.find(index: interface.index), now.isUp, !now.hasCarrier {
      if !told { log.notice("waiting for the carrier: the driver may have reset the link") }
      told = true
      guard MonotonicClock.nanoseconds < deadline, !isCancelled() else {
        log.warning("no carrier after \(Self.carrierPatience / 1_000_000_000) s: check the cable and the far end")
        return
      }
      usleep(50_000)
    }
  }

  private func rest(milliseconds: UInt32, waitingFor what: String) throws(ReflectorError) {
    guard !isCancelled() else { throw .cancelled(interface.name, waitingFor: what) }
    usleep(milliseconds * 1000)
  }

  private mutating func refuse(_ attempt: String, _ cause: SystemCallError, _ words: String?) {
    let reason = "\(cause.errno.name) (\(words ?? cause.errno.description))"
    let refusal = Refusal(attempt: attempt, reason: reason)
    refusals.append(refusal)
    // Where only one mode will do, there is no step down: the error that follows says it.
    if configuration.mode == .auto, !configuration.spreads { log.notice("stepping down: \(refusal)") }
  }
}
