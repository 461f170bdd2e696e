import ArgumentParser
import LinuxSystem
import Logging
import ReflectorXDP

struct AttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Reflect on an interface until SIGINT or SIGTERM.",
    discussion: """
      Runs in the foreground: a status line a second on a terminal, a line an interval otherwise, totals at the end. \
      Everything that is no test frame goes on to the host's stack, and when this process ends, however it ends, \
      all frames do. SIGHUP has it read its configuration file again, and ends it where its terminal is gone.
      """)

  @OptionGroup var target: InterfaceOptions
  @OptionGroup(title: "What is reflected") var policy: PolicyOptions
  @OptionGroup(title: "Who gets an answer") var admission: AdmissionOptions
  @OptionGroup(title: "How") var datapath: DatapathOptions
  @OptionGroup(title: "Tuning") var tuning: AttachTuningOptions

  @Option(help: ArgumentHelp("Stop after this time; until a signal if left out.", valueName: "seconds"))
  var duration: Double?

  @Option(help: ArgumentHelp("Time between two status lines.", valueName: "seconds"))
  var interval: Double = 1

  @Option(
    help: ArgumentHelp(
      "Take options from this YAML file; those on the command line win.",
      discussion: """
        Its keys are the options without their dashes, such as mode: copy. If left out, \
        \(ConfigurationPlace.standardFolder)/INTERFACE.yaml is taken if it exists; none takes no file.
        """,
      valueName: "file"),
    completion: .file())
  var config: String?

  @OptionGroup var output: FormatOption
  @OptionGroup var logging: LogOptions

  /// Seconds; the first alone isn't allowed.
  static let durations = 0.0...1e9
  /// Seconds.
  static let intervals = 0.1...86_400

  func validate() throws {
    if let duration, !(duration > 0 && Self.durations.contains(duration)) {
      throw ValidationError("--duration \(duration): above 0 and up to 1000000000 seconds are allowed")
    }
    guard Self.intervals.contains(interval) else {
      throw ValidationError("--interval \(interval): 0.1 to 86400 seconds are allowed")
    }
  }

  func run() throws {
    let arguments = Array(CommandLine.arguments.dropFirst(2))
    let options = try EffectiveOptions(arguments)
    _ = try options.validated()
    try options.command.reflect(Reloading(arguments, options, log: options.command.logging.logger()))
  }

  /// The options as the library takes them.
  var settings: Configuration {
    var settings = Configuration(interface: target.interface)
    settings.namespace = target.place.netns
    settings.pinDirectory = target.place.pinDir
    policy.apply(to: &settings)
    admission.apply(to: &settings)
    datapath.apply(to: &settings)
    return settings
  }

  private func reflect(_ reloading: Reloading) throws {
    let signals = try StopSignals(reloads: true)
    var settings = settings
    guard tuning.tune else { return try reflect(settings, reloading, until: signals) }
    let tuned = try AttachTuning(tuning, &settings, logging.logger())
    // The reflector has ended by then: under its program drivers refuse a part.
    let result = Result { try reflect(settings, reloading, until: signals) }
    let failure = tuned.end()
    try result.get()
    if let failure { throw failure }
  }

  private func reflect(
    _ settings: Configuration, _ reloading: Reloading, until signals: borrowing StopSignals
  ) throws {
    let reflector = try signals.whileWatching { (isPending) throws(ReflectorError) in
      try Reflector.attach(settings, log: logging.logger(), isCancelled: isPending)
    }
    var printer = StatusPrinter(format: output.format)
    printer.attached(reflector.attachment)
    var reloading = reloading
    try reflect(reflector, until: signals, printing: &printer) { program -> Double in
      reloading.reload(reflector, cpus: settings.cpus, program: program)
      return reloading.options.command.interval
    }
    if let totals = reflector.stop() { printer.totals(totals) }
    if let failure = reflector.failure { throw failure }
  }

  /// - Parameter reload: returns the interval from then on.
  private func reflect(
    _ reflector: Reflector, until signals: borrowing StopSignals, printing printer: inout StatusPrinter,
    reload: (_ program: Bool) -> Double
  ) throws(ReflectorError) {
    let start = MonotonicClock.nanoseconds
    let end = duration.map { start + UInt64($0 * 1e9) } ?? .max
    var (next, interval) = (start, interval)
    while true {
      // What was missed while the process was stopped (SIGTSTP) isn't made up for.
      next = max(next + UInt64(interval * 1e9), MonotonicClock.nanoseconds)
      var event = signals.wait(orFor: reflector.endDescriptor, until: min(next, end))
      while case .reload(let program) = event {
        interval = reload(program)
        event = signals.wait(orFor: reflector.endDescriptor, until: min(next, end))
      }
      guard event == .timeout else { return }
      if MonotonicClock.nanoseconds >= end { return }
      guard printer.status(try reflector.statistics()) else { return }
    }
  }
}
