import ArgumentParser
import ReflectorHost
import ReflectorXDP
import XDPControl

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check what stands in a reflector's way, and say what mends it.",
    discussion: """
      Looks at the interface, its driver, the kernel and the host, and at the reflector that runs there, if one does; \
      then it names what holds it back, too. Changes nothing. What takes a privilege to see is unknown without it. \
      Give it the options that attach is to get. Exit status 1 when something fails.
      """)

  @OptionGroup var target: InterfaceOptions
  @OptionGroup(title: "What attach is to get") var datapath: DatapathOptions

  @Option(help: ArgumentHelp("Time between the two looks at counters.", valueName: "seconds"))
  var interval: Double = 1

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: ArgumentHelp("How to print the findings.", valueName: "format"))
  var format: Format = .text

  func validate() throws {
    guard interval >= 0.1, interval <= 86_400 else {
      throw ValidationError("--interval \(interval): 0.1 to 86400 seconds are allowed")
    }
  }

  func run() throws {
    let examination = try Examination.read(settings, seconds: interval)
    let diagnosis = Diagnosis(examination)
    switch format {
    case .text:
      let text = DoctorText(colored: Terminal.isInteractive)
      Terminal.output(text.render(diagnosis, heading: DoctorText.heading(examination)))
    case .json:
      let report = DoctorReport(
        diagnosis, interface: examination.survey.interface.name, namespace: examination.survey.namespace)
      Terminal.output(JSON.line(report))
    }
    if diagnosis.count(.fail) > 0 { throw ExitCode(1) }
  }

  private var settings: Configuration {
    get throws(ReflectorError) {
      var settings = Configuration(interface: target.interface)
      settings.namespace = target.place.netns
      settings.pinDirectory = target.place.pinDir
      datapath.apply(to: &settings)
      _ = try settings.validate()
      return settings
    }
  }
}
