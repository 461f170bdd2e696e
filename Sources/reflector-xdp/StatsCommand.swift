import ArgumentParser
import Glibc
import LinuxSystem
import ReflectorXDP

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Print the accounts of a running reflector.",
    discussion: "Reads the pinned maps of the process that reflects; it neither asks nor disturbs it.")

  @OptionGroup var target: InterfaceOptions

  @Flag(help: "Go on, a snapshot an interval, until a signal or the reflector's end.")
  var watch = false

  @Option(help: ArgumentHelp("Time between two snapshots.", valueName: "seconds"))
  var interval: Double = 1

  @OptionGroup var output: FormatOption

  func validate() throws {
    guard interval >= 0.1, interval <= 86_400 else {
      throw ValidationError("--interval \(interval): 0.1 to 86400 seconds are allowed")
    }
  }

  func run() throws {
    let observer = try Observer(
      interface: target.interface, namespace: target.place.netns, pinDirectory: target.place.pinDir)
    let first = try observer.statistics()
    if output.format == .csv { Terminal.output(StatisticsCSV.header(first)) }
    guard print(first, under: first), watch else { return }
    let signals = try StopSignals()
    while signals.wait(until: MonotonicClock.nanoseconds + UInt64(interval * 1e9)) == .timeout {
      // The end of the reflector is the end of the watch, not a failure of it.
      guard observer.isAlive, print(try observer.statistics(), under: first, after: "\n") else { return }
    }
  }

  /// - Parameters:
  ///   - first: what CSV's header was made of.
  ///   - gap: what stands between two snapshots of text, where they don't replace each other.
  private func print(_ statistics: Statistics, under first: Statistics, after gap: String = "") -> Bool {
    switch output.format {
    case .text:
      guard watch && Terminal.isInteractive else { return Terminal.output(gap + StatisticsText.render(statistics)) }
      return Terminal.output("\u{1b}[H\u{1b}[2J" + StatisticsText.render(statistics, on: Terminal.size))
    case .json: return Terminal.output(JSON.line(statistics))
    case .csv: return Terminal.output(StatisticsCSV.row(statistics, under: first))
    }
  }
}
