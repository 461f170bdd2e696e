import ArgumentParser
import Logging
import ReflectorHost
import ReflectorXDP

/// The options of `attach` about tuning.
struct AttachTuningOptions: ParsableArguments {
  @Flag(help: "Tune interface and host before, and put everything back at the end; see reflector-xdp tune.")
  var tune = false

  @Option(help: ArgumentHelp("What --tune aims at: throughput or latency. (default: throughput)", valueName: "profile"))
  var tuneProfile: TuningProfile?

  @Option(
    help: ArgumentHelp("What --tune leaves alone, as in tune --skip.", valueName: "list"),
    transform: SettingGroups.init(argument:))
  var tuneSkip: SettingGroups?

  func validate() throws {
    if !tune, tuneProfile != nil || tuneSkip != nil {
      throw ValidationError("--tune-profile and --tune-skip say how to --tune, which is missing")
    }
  }
}

/// What was tuned for one `attach`, for as long as it runs.
///
/// Whoever kills the process leaves it tuned: `tune --revert` puts it back then, and so does the end of the next
/// `attach --tune`.
struct AttachTuning {
  private let tuner: InterfaceTuner
  private let log: Logger

  /// Tunes. What is refused is logged, and no reason not to attach.
  ///
  /// The workers' CPUs become those that the interrupts go to, unless the user has named some.
  init(_ options: AttachTuningOptions, _ settings: inout Configuration, _ log: Logger) throws(ReflectorError) {
    _ = try settings.validate()
    self.log = log
    tuner = try InterfaceTuner(settings.interface, namespace: settings.namespace, process: .own)
    var request = TuningRequest(settings, profile: options.tuneProfile ?? .throughput)
    request.skipped = options.tuneSkip?.groups ?? []
    if !settings.hugePages { request.skipped.insert(.hugePages) }
    do throws(ReflectorError) {
      let report = try tuner.tune(request)
      Self.tell(report, log)
      if settings.cpus == nil, !report.cpus.isEmpty { settings.cpus = report.cpus }
      if let refusal = report.missingPermission { throw Self.notPermitted(tuner.interface, refusal) }
    } catch {
      // What had been set by then.
      end()
      throw error
    }
  }

  private static func notPermitted(_ interface: String, _ refusal: SettingRefusal) -> ReflectorError {
    ReflectorError(
      .noPermission, what: "attach \(interface) --tune: nothing may be set", why: refusal.description,
      remedy: "run it as root, or attach without --tune")
  }

  private static func tell(_ report: TuningReport, _ log: Logger) {
    for row in report.rows {
      switch row.result {
      case .set: log.debug("tuned: \(row.setting) \(row.old?.description ?? "") → \(row.new)")
      case .refused(let refusal): log.warning("not tuned: \(row.setting): \(refusal.description)")
      case .different(let value): log.warning("not tuned: \(row.setting) was to be \(row.new) and is \(value)")
      default: continue
      }
    }
    for note in report.notes { log.notice("\(note)") }
    let count = report.count { $0 == .set }
    if count > 0 { log.info("tuned \(count) \(count == 1 ? "setting" : "settings"), to be put back at the end") }
  }

  /// Puts everything back. Says so when something couldn't be.
  @discardableResult
  func end() -> ReflectorError? {
    do {
      let report = try tuner.revert()
      for row in report.rows {
        if let remark = row.remark { log.notice("\(row.setting): \(remark)") }
        guard row.result.isFailure else { continue }
        log.error("not put back: \(row.setting) \(row.new): \(Self.words(row.result))")
      }
      guard report.hasFailures else { return nil }
      let count = report.count(\.isFailure)
      return ReflectorError(
        .system, what: "\(count) of the settings that --tune made can't be put back",
        why: report.rows.first { $0.result.isFailure }.map { "\($0.setting): \(Self.words($0.result))" } ?? "",
        remedy: "try again: reflector-xdp tune \(tuner.interface) --revert")
    } catch {
      return error
    }
  }

  private static func words(_ result: TuningReport.Result) -> String {
    switch result {
    case .refused(let refusal): refusal.description
    case .different(let value): "it is \(value)"
    default: ""
    }
  }
}
