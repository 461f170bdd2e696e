import LinuxSystem
import ReflectorHost
import SystemPackage

/// What `tune --format json` prints. docs/output.md promises it.
struct TuneJSON: Encodable {
  struct Row: Encodable {
    let setting: String
    let group: String
    let old: String?
    let new: String
    let result: String
    /// What it is instead, where the system took it and did otherwise.
    let actual: String?
    let why: String?
    let error: Failure?
  }

  struct Failure: Encodable {
    let operation: String
    let errno: String
    let message: String
  }

  struct Worker: Encodable {
    let queue: Int
    let cpu: Int
  }

  let interface: String
  let action: String
  let profile: String?
  let settings: [Row]
  let changed: Int
  let refused: Int
  let workers: [Worker]
  let notes: [String]

  init(_ outcome: TuneOutcome) {
    let report = outcome.report
    interface = outcome.interface
    action = outcome.action.rawValue
    profile = outcome.profile?.rawValue
    settings = report.rows.map(Row.init)
    changed = report.count { $0 == .set || $0 == .restored }
    refused = report.count(\.isFailure)
    workers = report.workers.map { Worker(queue: $0.queue, cpu: $0.cpu) }
    notes = report.notes
  }
}

extension TuneJSON.Row {
  init(_ row: TuningReport.Row) {
    setting = row.setting.description
    group = row.setting.group.rawValue
    old = row.old?.description
    new = row.new.description
    why = row.remark
    switch row.result {
    case .already: (result, actual, error) = ("already", nil, nil)
    case .wouldSet: (result, actual, error) = ("would_set", nil, nil)
    case .set: (result, actual, error) = ("set", nil, nil)
    case .restored: (result, actual, error) = ("restored", nil, nil)
    case .kept: (result, actual, error) = ("kept", nil, nil)
    case .gone: (result, actual, error) = ("gone", nil, nil)
    case .different(let value): (result, actual, error) = ("not_taken", value.description, nil)
    case .unsupported(let refusal): (result, actual, error) = ("unsupported", nil, TuneJSON.Failure(refusal))
    case .refused(let refusal): (result, actual, error) = ("refused", nil, TuneJSON.Failure(refusal))
    }
  }
}

extension TuneJSON.Failure {
  init(_ refusal: SettingRefusal) {
    self.init(
      operation: refusal.operation, errno: refusal.errno.name, message: refusal.words ?? refusal.errno.description)
  }
}
