internal import LinuxSystem
internal import ReflectorXDP
internal import SystemPackage
internal import XDPControl

/// One run of `tune`, with the lock held.
struct TuningSession<Host: TunedHost> {
  typealias Save = (TuningStates) throws(SystemCallError) -> Void

  private let host: Host
  private let owner: TuningOwner
  /// Before anything was changed.
  private let original: HostSurvey
  private var done: Set<Setting> = []
  var states: TuningStates
  var report = TuningReport()

  init(_ host: Host, _ states: TuningStates, _ owner: TuningOwner) throws(ReflectorError) {
    self.host = host
    self.states = states
    self.owner = owner
    original = try host.survey()
  }

  mutating func run(_ request: TuningRequest, _ save: Save) throws(ReflectorError) {
    var plan = TuningPlan(original, request)
    if request.busyPoll { expectBusyPolling(request) }
    // Twice at most: channels are the only ones that change what there is to be planned.
    while try carryOut(plan, save) {
      let survey = try host.survey()
      noteSideEffects(survey)
      try persist(save)
      plan = TuningPlan(survey, request)
    }
    report.notes = plan.notes
    report.workers = plan.workers
    report.cpus = plan.cpus
    try persist(save)
    try verify(save)
  }

  /// True when the rest has to be planned anew.
  private mutating func carryOut(_ plan: TuningPlan, _ save: Save) throws(ReflectorError) -> Bool {
    let owner = owner
    for step in plan.steps where done.insert(step.setting).inserted {
      // A change before may have changed this, too: what comes back is what was there first.
      let former = original.value(of: step.setting).map { step.new.counterpart(in: $0) } ?? step.old
      if step.new.isMet(by: former) && step.isMet {
        states.change(step.setting) { $0.join(step.setting, for: owner) }
        add(step, former, .already)
      } else if try change(step, former, save), step.setting.changesOthers {
        return true
      }
    }
    return false
  }

  /// Busy polling sets these itself, and puts them back, unless it is killed. Then it is for who tuned before it.
  private mutating func expectBusyPolling(_ request: TuningRequest) {
    let owner = owner
    guard request.includes(.napi, isVirtualDevice: original.isVirtualDevice) else { return }
    guard let former = original.value(of: .napi) else { return }
    states.change(.napi) { $0.claim(.napi, .napi(.busyPolling), was: former, for: owner) }
  }

  /// What new channels may change beside the plan, also where it is to be left alone. It comes back with them.
  private var besideChannels: [Setting] {
    let lines = (original.interrupts.value ?? []).map { Setting.interrupt($0.number) }
    let all = [.rings, .rssTable, .coalescing] + HashedFlow.allCases.map(Setting.hashFields) + lines
    return all.filter { !done.contains($0) }
  }

  /// Before: whatever becomes of them, this is what was there.
  private mutating func expectSideEffects() {
    let owner = owner
    for setting in besideChannels where states[setting] == nil {
      guard let former = original.value(of: setting) else { continue }
      states.change(setting) { $0.claim(setting, former, was: former, for: owner) }
    }
  }

  /// Afterwards: what has changed, and nothing else.
  private mutating func noteSideEffects(_ survey: HostSurvey) {
    let owner = owner
    for setting in besideChannels {
      guard let former = original.value(of: setting) else { continue }
      if let now = survey.value(of: setting), now != former {
        states.change(setting) { $0.claim(setting, now, was: former, for: owner) }
      } else if let entry = states[setting], entry.claims.map(\.owner) == [owner], entry.former == former {
        states.change(setting) { $0.release(setting) { $0 == owner } }
      }
    }
  }

  /// Notes, sets, and takes the note back if it was refused. True if something was set.
  private mutating func change(
    _ step: TuningPlan.Step, _ former: SettingValue, _ save: Save
  ) throws(ReflectorError) -> Bool {
    let owner = owner
    let before = states
    if step.setting.changesOthers { expectSideEffects() }
    states.change(step.setting) { $0.claim(step.setting, step.new, was: former, for: owner) }
    try persist(save)
    do {
      if !step.isMet { try host.apply(step.setting, step.new) }
      add(step, former, .set)
      return true
    } catch {
      states = before
      try persist(save)
      add(step, former, error.isUnsupported ? .unsupported(error) : .refused(error))
      return false
    }
  }

  private func persist(_ save: Save) throws(ReflectorError) {
    do {
      try save(states)
    } catch {
      throw .tuningState(error)
    }
  }

  private mutating func add(_ step: TuningPlan.Step, _ old: SettingValue, _ result: TuningReport.Result) {
    report.rows.append(.init(setting: step.setting, old: old, new: step.new, result: result, remark: step.why))
  }

  /// The kernel doesn't refuse everything that it doesn't do.
  private mutating func verify(_ save: Save) throws(ReflectorError) {
    guard report.rows.contains(where: { $0.result == .set }) else { return }
    let owner = owner
    let now = try host.survey()
    for (index, row) in report.rows.enumerated() where row.result == .set {
      guard let value = now.value(of: row.setting), !row.new.isMet(by: value) else { continue }
      let actual = row.new.counterpart(in: value)
      if row.setting == .coalescing, actual == row.old {
        // virtio_net has the switch for adapting also where its host hasn't, and takes it.
        let nothing = SettingRefusal("set \(row.new)", .notSupported, words: "the driver takes it and does nothing")
        report.rows[index] = row.with(.unsupported(nothing))
        states.change(row.setting) { $0.release(row.setting) { $0 == owner } }
        continue
      }
      report.rows[index] = row.with(.different(actual))
      // What is there is what was set, for whoever wants to know whether somebody else has changed it.
      states.change(row.setting) { $0.claim(row.setting, actual, was: row.old ?? actual, for: owner) }
    }
    try persist(save)
  }
}
