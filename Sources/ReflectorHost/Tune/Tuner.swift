internal import LinuxSystem
package import ReflectorXDP
internal import SystemPackage
internal import XDPControl

/// Carries out plans on an interface, and puts back what they changed.
///
/// Before each change the former value goes into the state file. A refusal is reported and the rest goes on.
package struct Tuner<Host: TunedHost> {
  let host: Host
  let owner: TuningOwner
  let device: TuningState.Device
  let folder: String
  let isRunning: (ProcessIdentity) -> Bool

  /// - Parameters:
  ///   - place: of the pins: names the state file.
  ///   - process: on whose behalf; nil for an operator.
  package init(
    _ host: Host, device: TuningState.Device, place: String, process: ProcessIdentity? = nil,
    folder: String = TuningStore.standardPath, isRunning: @escaping (ProcessIdentity) -> Bool = \.isRunning
  ) {
    self.host = host
    self.device = device
    self.folder = folder
    self.isRunning = isRunning
    owner = TuningOwner(place: place, process: process)
  }

  /// What would be set. Changes nothing, takes no lock, and needs no more than reading.
  package func preview(_ request: TuningRequest) throws(ReflectorError) -> TuningReport {
    let plan = TuningPlan(try host.survey(), request)
    var report = TuningReport()
    report.rows = plan.steps.map { step in
      .init(
        setting: step.setting, old: step.old, new: step.new, result: step.isMet ? .already : .wouldSet, remark: step.why
      )
    }
    report.notes = plan.notes
    report.workers = plan.workers
    report.cpus = plan.cpus
    if plan.changes.contains(where: \.setting.changesOthers),
      plan.steps.contains(where: { $0.setting.group == .interrupts })
    {
      report.notes.append("new channels bring interrupts of their own, which are sent to their workers' CPUs then")
    }
    return report
  }

  package func tune(_ request: TuningRequest) throws(ReflectorError) -> TuningReport {
    let store = try open()
    var saved = try load(store)
    var session = try TuningSession(host, saved, owner)
    // What a killed process had set is this owner's now; of a device that is gone there is nothing to put back.
    session.states.begin(on: device)
    session.states.inherit(owner) { !$0.isAlive(isRunning) && $0.place == owner.place }
    try session.run(request) { (states) throws(SystemCallError) in
      try states.save(in: store, since: saved)
      saved = states
    }
    return session.report
  }

  func open() throws(ReflectorError) -> TuningStore {
    do {
      return try TuningStore(path: folder, place: owner.place)
    } catch {
      throw .tuningState(error)
    }
  }

  func load(_ store: borrowing TuningStore) throws(ReflectorError) -> TuningStates {
    do {
      return TuningStates(
        interface: try store.load(isHostWide: false), host: try store.load(isHostWide: true))
    } catch {
      switch error {
      case .system(let cause): throw .tuningState(cause)
      case .damaged(let path, let why):
        throw ReflectorError(
          .system, what: "the values that tune saved can't be read: \(path)", why: why,
          remedy: "put the settings back by hand, then remove the file")
      }
    }
  }
}

extension ReflectorError {
  /// Without a place for the former values nothing is changed.
  static func tuningState(_ cause: SystemCallError) -> ReflectorError {
    switch cause.errno {
    case .notPermitted, .permissionDenied:
      ReflectorError(
        .noPermission, what: "save the values from before tuning: \(cause.call): not permitted",
        why: "only root may write there, and nothing is changed that couldn't be put back",
        remedy: "run it as root, or look first: --dry-run needs no rights")
    default:
      ReflectorError(
        .system, what: "save the values from before tuning: \(cause.call)",
        why: "\(cause.errno.name): \(cause.errno.description)",
        remedy: "make room or mount it writable: nothing is changed that couldn't be put back")
    }
  }
}

/// The two files' contents as one: the interface's settings, and the host's.
struct TuningStates: Hashable, Sendable {
  var interface: TuningState
  var host: TuningState

  subscript(_ setting: Setting) -> TuningState.Entry? { state(setting)[setting] }

  func state(_ setting: Setting) -> TuningState { setting.isHostWide ? host : interface }

  mutating func change(_ setting: Setting, _ body: (inout TuningState) -> Void) {
    if setting.isHostWide { body(&host) } else { body(&interface) }
  }

  /// Drops what was saved of another device by this name.
  mutating func begin(on device: TuningState.Device) {
    if let known = interface.device, !known.isSame(as: device) { interface.entries = [] }
    interface.device = device
  }

  mutating func inherit(_ owner: TuningOwner, from isDead: (TuningOwner) -> Bool) {
    interface.inherit(owner, from: isDead)
    host.inherit(owner, from: isDead)
  }

  /// Writes what isn't there yet.
  func save(in store: borrowing TuningStore, since last: TuningStates) throws(SystemCallError) {
    if interface != last.interface { try store.save(interface, isHostWide: false) }
    if host != last.host { try store.save(host, isHostWide: true) }
  }
}
