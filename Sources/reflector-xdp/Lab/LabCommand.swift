import ArgumentParser
import CLinux
import Glibc
import LinuxSystem
import Logging
import ReflectorLab
import ReflectorXDP
import Synchronization

struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Show the main job on two network namespaces joined by a veth pair.",
    discussion: """
      Attaches the reflector in one namespace, sends ITO frames from the other, checks every byte of what returns, and \
      prints what was sent, returned, lost and corrupted, with the round trips. The namespaces have no names and end \
      with this process: nothing is left, however it ends. Exit status 1 when a frame was lost, doubled or corrupted, 130 when a \
      signal stopped it.
      """)

  @Option(help: ArgumentHelp("Queues of the veth pair, 1 to 16.", valueName: "number"))
  var queues = LabConfiguration().queues

  @Option(help: ArgumentHelp("Frames of each kind and size.", valueName: "number"))
  var frames = LabConfiguration().frames

  @Option(help: ArgumentHelp("Frames on their way at once, 1 to 200.", valueName: "number"))
  var window = LabConfiguration().window

  @Option(help: ArgumentHelp("Stop after this time, done or not.", valueName: "seconds"))
  var duration: Double = 60

  /// A veth has no zero-copy.
  enum Mode: String, CaseIterable, ExpressibleByArgument {
    case auto, copy, generic
  }

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: ArgumentHelp("How to attach; a veth has no zero-copy.", valueName: "mode"))
  var mode: Mode = .auto

  /// What auto would choose depends on the far end, which the lab makes itself.
  enum Datapath: String, CaseIterable, ExpressibleByArgument {
    case xsk, kernel
  }

  @Option(
    help: ArgumentHelp("Who sends the frames back: workers (xsk) or the XDP program (kernel).", valueName: "datapath"))
  var datapath: Datapath = .xsk

  @Flag(help: "Spin instead of blocking when idle.")
  var busyPoll = false

  @Flag(help: "A row for each size too.")
  var bySize = false

  @Option(help: ArgumentHelp("How to print the result.", valueName: "format"))
  var format: Format = .text

  @OptionGroup var logging: LogOptions

  func validate() throws {
    guard duration > 0, duration <= 86_400 else {
      throw ValidationError("--duration \(duration): above 0 and up to 86400 seconds are allowed")
    }
    do {
      try settings.validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private var settings: LabConfiguration {
    var settings = LabConfiguration()
    settings.queues = queues
    settings.frames = frames
    settings.window = window
    settings.receivesXDP = datapath == .kernel
    settings.longest = .milliseconds(Int(duration * 1000))
    return settings
  }

  func run() throws {
    let signals = try StopSignals()
    let report = try LabRun(lab: lab()).report(until: signals)
    switch format {
    case .json: Terminal.output(try report.json() + "\n")
    case .text: Terminal.output(report.table(bySize: bySize))
    }
    if !report.passed { throw ExitCode(1) }
    if report.ending == .interrupted { throw ExitCode(130) }
  }

  private func lab() throws -> Lab {
    let log = logging.logger()
    let mode = Configuration.Mode(rawValue: mode.rawValue) ?? .auto
    let datapath = Configuration.Datapath(rawValue: datapath.rawValue) ?? .xsk
    let busyPoll = busyPoll
    return Lab(try LabPlan(settings)) { place in
      var configuration = Configuration(interface: place.interface)
      configuration.mode = mode
      configuration.datapath = datapath
      configuration.socketOptions = busyPoll ? ["--busy-poll"] : []
      configuration.busyPoll = busyPoll
      // Pins would outlive a lab that is killed.
      configuration.pinDirectory = nil
      return ReflectorInLab(try Reflector.attach(configuration, log: log))
    }
  }
}

/// The real reflector, as the lab knows one.
private struct ReflectorInLab: LabReflector {
  private let reflector: Reflector

  init(_ reflector: Reflector) {
    self.reflector = reflector
  }

  var summary: String? {
    let modes = Set(reflector.attachment.queues.compactMap(\.bindMode)).sorted().joined(separator: " and ")
    let queues = reflector.attachment.queues.count
    return
      "\(reflector.attachment.attachMode), \(modes.isEmpty ? "in the kernel" : modes), \(queues) queue\(queues == 1 ? "" : "s")"
  }

  func stop() throws {
    guard let totals = reflector.stop(), !totals.balanced else { return }
    throw ReflectorError(
      .system, what: "the reflector's accounts don't balance", why: totals.imbalances.joined(separator: "; "),
      remedy: "this is a fault of reflector-xdp: please report it with this output")
  }
}
