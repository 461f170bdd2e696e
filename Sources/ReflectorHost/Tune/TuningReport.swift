/// What became of a plan, or of putting it back.
package struct TuningReport: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let setting: Setting
    package let old: SettingValue?
    package let new: SettingValue
    package let result: Result
    /// Why it is set, or what else there is to say.
    package let remark: String?

    func with(_ result: Result) -> Row { Row(setting: setting, old: old, new: new, result: result, remark: remark) }
  }

  package enum Result: Hashable, Sendable {
    /// Nothing to do.
    case already
    /// A dry run.
    case wouldSet
    case set
    /// Back at its former value.
    case restored
    /// Not put back, since somebody else relies on it who goes on.
    case kept
    /// The system took it, and has another value now.
    case different(SettingValue)
    /// The device or its driver has no such setting after all.
    case unsupported(SettingRefusal)
    case refused(SettingRefusal)
    /// There is nothing left to put back: the interrupt or the device is gone.
    case gone

    package var isFailure: Bool {
      switch self {
      case .refused, .different: true
      case .already, .wouldSet, .set, .restored, .kept, .unsupported, .gone: false
      }
    }
  }

  package var rows: [Row] = []
  package var notes: [String] = []
  /// The CPU of each queue's worker, as planned; empty after putting back.
  package var workers: [TuningPlan.Worker] = []
  /// CPUs for the workers, in turn: what `attach --cpus` is to be for the interrupts to be where the workers are.
  package var cpus: [Int] = []

  package init() {}

  package var hasFailures: Bool { rows.contains { $0.result.isFailure } }

  package func count(_ matches: (Result) -> Bool) -> Int { rows.count { matches($0.result) } }

  /// What was refused for lack of a capability when nothing else came of it; nil otherwise.
  package var missingPermission: SettingRefusal? {
    var first: SettingRefusal?
    for row in rows {
      switch row.result {
      case .refused(let refusal) where refusal.isPermission: first = first ?? refusal
      case .already, .kept, .gone, .unsupported: continue
      default: return nil
      }
    }
    return first
  }
}
