internal import LinuxSystem
package import ReflectorXDP
internal import SystemPackage
internal import XDPControl

extension Tuner {
  /// Puts back what this owner changed: to what was there before, or to what another owner wants who goes on.
  ///
  /// An operator takes back for those who died, too. What can't be put back stays saved, and is reported.
  ///
  /// - Parameter isGone: the interface isn't there any more, and its settings with it: the host's alone are put back.
  package func revert(isGone: Bool = false) throws(ReflectorError) -> TuningReport {
    let store = try open()
    let saved = try load(store)
    var states = saved
    let isOther = isGone || states.interface.device.map { !$0.isSame(as: device) } ?? false
    var revert = Reverting(host: host, states: states, isDeviceGone: isOther, leaves: leaves)
    try revert.run()
    states = revert.states
    if isOther, !revert.deviceRows.isEmpty {
      revert.report.notes.append(
        "\(states.interface.device?.name ?? device.name) isn't the interface that was tuned any more: "
          + "its settings went with it")
    }
    do {
      try states.save(in: store, since: saved)
    } catch {
      throw .tuningState(error)
    }
    return revert.report
  }

  private func leaves(_ other: TuningOwner) -> Bool {
    if other == owner { return true }
    return owner.process == nil && other.place == owner.place && !other.isAlive(isRunning)
  }
}

/// One run of putting back, with the lock held.
private struct Reverting<Host: TunedHost> {
  let host: Host
  var states: TuningStates
  let isDeviceGone: Bool
  let leaves: (TuningOwner) -> Bool
  var report = TuningReport()
  private(set) var deviceRows: [Setting] = []

  private struct Item {
    let entry: TuningState.Entry
    let target: SettingValue
    var found: SettingValue?
    var failure: SettingRefusal?
  }

  init(host: Host, states: TuningStates, isDeviceGone: Bool, leaves: @escaping (TuningOwner) -> Bool) {
    self.host = host
    self.states = states
    self.isDeviceGone = isDeviceGone
    self.leaves = leaves
  }

  mutating func run() throws(ReflectorError) {
    var items = items()
    defer { tellOthers() }
    guard !items.isEmpty else { return }
    let before = try host.survey()
    for index in items.indices {
      items[index].found = value(of: items[index].entry.setting, before)
      putBack(&items[index])
    }
    // Putting one back may have changed another: fewer channels reset the table, or an interrupt's CPUs.
    let between = try host.survey()
    for index in items.indices where items[index].failure == nil {
      guard let now = value(of: items[index].entry.setting, between) else { continue }
      if !items[index].target.isMet(by: now) { apply(&items[index]) }
    }
    let after = try host.survey()
    for item in items { close(item, after) }
  }

  private func items() -> [Item] {
    let entries = (states.interface.entries + states.host.entries).reversed()
    let items = entries.compactMap { entry in
      states.state(entry.setting).target(of: entry.setting, without: leaves).map { Item(entry: entry, target: $0) }
    }
    // Stable: those of a rank stay in the reverse order of their setting.
    return items.enumerated().sorted {
      ($0.element.entry.setting.revertRank, $0.offset) < ($1.element.entry.setting.revertRank, $1.offset)
    }.map(\.element)
  }

  private func value(of setting: Setting, _ survey: HostSurvey) -> SettingValue? {
    isDeviceGone && !setting.isHostWide ? nil : survey.value(of: setting)
  }

  private func putBack(_ item: inout Item) {
    // To the letter: what an adaptive NIC makes of it then is its business.
    guard let now = item.found, item.target != item.target.counterpart(in: now) else { return }
    apply(&item)
  }

  private func apply(_ item: inout Item) {
    do {
      try host.apply(item.entry.setting, item.target)
      item.failure = nil
    } catch {
      item.failure = error
    }
  }

  /// What is done with is forgotten.
  private mutating func close(_ item: Item, _ survey: HostSurvey) {
    let setting = item.entry.setting
    let result = result(item, value(of: setting, survey))
    if isDeviceGone && !setting.isHostWide { deviceRows.append(setting) }
    let leaves = leaves
    if !result.isFailure { states.change(setting) { $0.release(setting, by: leaves) } }
    let old = item.found.map { item.target.counterpart(in: $0) }
    report.rows.append(.init(setting: setting, old: old, new: item.target, result: result, remark: remark(item)))
  }

  /// What became of it.
  private func result(_ item: Item, _ now: SettingValue?) -> TuningReport.Result {
    if let failure = item.failure { return .refused(failure) }
    guard let now else { return .gone }
    guard item.target.isMet(by: now) else { return .different(item.target.counterpart(in: now)) }
    let others = item.entry.claims.filter { !leaves($0.owner) }
    let wasThere = item.found.map { item.target.isMet(by: $0) } ?? false
    return !others.isEmpty && wasThere ? .kept : .restored
  }

  /// When it wasn't at what had been set: somebody else has changed it since.
  private func remark(_ item: Item) -> String? {
    guard let set = item.entry.claims.last?.value, let found = item.found, !set.isMet(by: found) else { return nil }
    // A run that was killed before it came to set it.
    guard !item.target.isMet(by: found) else { return nil }
    return "somebody had changed it meanwhile: \(set) had been set"
  }

  private mutating func tellOthers() {
    let others = (states.interface.entries + states.host.entries).flatMap(\.claims).map(\.owner).filter { !leaves($0) }
    let processes = Set(others.compactMap(\.process?.pid)).sorted()
    for pid in processes {
      report.notes.append("what process \(pid) (attach --tune) relies on stays as it is, until it ends")
    }
  }
}
