import ArgumentParser
import LinuxSystem
import ReflectorHost
import ReflectorXDP

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Set an interface and its host up for a reflector, and put it all back.",
    usage: "reflector-xdp tune [<options>] <interface>",
    discussion: """
      Sets what doctor finds wanting: offloads, pause frames, rings, channels, the RSS table and hash fields, \
      coalescing, interrupts, NAPI deferral, CPU governor, huge pages. Prints old → new for each, goes on after a \
      refusal, and saves the former values in \(TuningStore.standardPath) for --revert. Many drivers take the link \
      down for some of it, for seconds. Exit status 71 when something was refused.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Argument(
    help: "The interface: its name or an altname.", completion: .shellCommand("ls /sys/class/net 2> /dev/null"))
  var interface: String

  @Option(help: ArgumentHelp("What to aim at.", valueName: "profile"))
  var profile: TuningProfile = .throughput

  @Flag(help: "Show what would be set; needs no rights.")
  var dryRun = false

  @Flag(help: "Put back what was there before the first tune.")
  var revert = false

  @Option(
    help: ArgumentHelp("Queues that are to get a worker, as in attach; all if left out.", valueName: "list"),
    transform: { try IndexList.argument($0, of: "queue") })
  var queues: IndexList?

  @Option(
    help: ArgumentHelp("CPUs for the workers, as in attach; those near the NIC if left out.", valueName: "list"),
    transform: { try IndexList.argument($0, of: "CPU") })
  var cpus: IndexList?

  @Option(help: ArgumentHelp("Frames in each queue's UMEM, as in attach.", valueName: "number"))
  var frames = TuningRequest().frames

  @Option(help: ArgumentHelp("Bytes of a chunk, as in attach.", valueName: "bytes"))
  var chunkSize = TuningRequest().chunkSize

  @Option(
    help: ArgumentHelp(
      "Set only these, with commas between.", discussion: "They are \(SettingGroups.names).", valueName: "list"),
    transform: SettingGroups.init(argument:))
  var only: SettingGroups?

  @Option(
    help: ArgumentHelp("Leave these alone, with commas between; named as for --only.", valueName: "list"),
    transform: SettingGroups.init(argument:))
  var skip: SettingGroups?

  @Option(
    help: ArgumentHelp("Look for the interface in this network namespace.", valueName: "name"), completion: .namespaces)
  var netns: String?

  @Option(help: ArgumentHelp("How to print the result.", valueName: "format"))
  var format: Format = .text

  func validate() throws {
    if interface.isEmpty { throw ValidationError("the interface's name is empty") }
    if netns?.isEmpty == true { throw ValidationError("the name of --netns is empty") }
    if revert && dryRun { throw ValidationError("--revert and --dry-run exclude each other") }
    if revert, only != nil || skip != nil {
      throw ValidationError("--revert puts back all that was set: --only and --skip are not for it")
    }
  }

  func run() throws {
    let outcome = try outcome()
    // All of a dozen refusals with one cause are one error.
    if let refusal = outcome.report.missingPermission { throw notPermitted(refusal) }
    switch format {
    case .text: Terminal.output(TuneText.text(outcome))
    case .json: Terminal.output(JSON.line(TuneJSON(outcome)))
    }
    if outcome.report.hasFailures { throw ExitCode(ReflectorError.Kind.system.rawValue) }
  }

  private func outcome() throws(ReflectorError) -> TuneOutcome {
    if revert {
      let (name, report) = try InterfaceTuner.revert(interface, namespace: netns)
      return TuneOutcome(interface: name, namespace: netns, action: .revert, profile: nil, report: report)
    }
    let request = try request()
    let tuner = try InterfaceTuner(interface, namespace: netns)
    return TuneOutcome(
      interface: tuner.interface, namespace: netns, action: dryRun ? .preview : .tune, profile: profile,
      report: dryRun ? try tuner.preview(request) : try tuner.tune(request))
  }

  /// Checked as `attach` checks them.
  private func request() throws(ReflectorError) -> TuningRequest {
    var configuration = Configuration(interface: interface)
    configuration.queues = queues?.indices
    configuration.cpus = cpus?.indices
    configuration.frames = frames
    configuration.chunkSize = chunkSize
    _ = try configuration.validate()
    if let cpus { try check(cpus) }
    var request = TuningRequest(configuration, profile: profile)
    request.skipped = skip?.groups ?? []
    request.only = only?.groups
    return request
  }

  private func check(_ cpus: IndexList) throws(ReflectorError) {
    do {
      _ = try cpus.checked(within: .allowedCPUs(), of: "CPU")
    } catch {
      throw ReflectorError(
        .usage, what: "--cpus can't be used", why: "\(error)",
        remedy: "name CPUs that this process may use (taskset -p)")
    }
  }

  private func notPermitted(_ refusal: SettingRefusal) -> ReflectorError {
    ReflectorError(
      .noPermission, what: "tune \(interface): nothing may be set", why: refusal.description,
      remedy: "run it as root, or look first: --dry-run needs no rights")
  }
}

/// What became of the command, to be printed.
struct TuneOutcome {
  enum Action: String {
    case tune, revert
    case preview = "dry-run"
  }

  let interface: String
  let namespace: String?
  let action: Action
  /// Nil for putting back.
  let profile: TuningProfile?
  let report: TuningReport
}

/// Sorts of settings, as people list them: `governor,huge-pages`.
struct SettingGroups {
  let groups: Set<Setting.Group>

  static var names: String { Setting.Group.allCases.map(\.rawValue).joined(separator: ", ") }

  init(argument: String) throws {
    var groups: Set<Setting.Group> = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let group = Setting.Group(rawValue: String(name)) else {
        throw ValidationError("there is no setting '\(name)'; they are \(Self.names)")
      }
      groups.insert(group)
    }
    self.groups = groups
  }
}

extension IndexList {
  static func argument(_ argument: String, of noun: String) throws -> IndexList {
    do {
      return try IndexList(argument, of: noun)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}

extension TuningProfile: ExpressibleByArgument {}
