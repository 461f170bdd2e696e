import ArgumentParser
import ReflectorXDP
import XDPControl

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the interfaces and what each can do.",
    discussion: """
      native and zero-copy are what the driver claims (Linux 6.3 and newer; unknown before); attach tells what is really \
      to be had.
      """)

  @Option(
    help: ArgumentHelp("List the interfaces of this network namespace.", valueName: "name"), completion: .namespaces)
  var netns: String?

  @OptionGroup var output: FormatOption

  func run() throws {
    let interfaces = try survey().map(InterfaceReport.init)
    switch output.format {
    case .text: Terminal.output(Self.table(interfaces))
    case .json: Terminal.output(JSON.line(interfaces))
    case .csv:
      Terminal.output(([Self.csvHeader] + Self.rows(interfaces)).map(CSV.line).joined())
    }
  }

  private func survey() throws(ReflectorError) -> [InterfaceSurvey] {
    try Place.enter(netns)
    do {
      return try InterfaceSurvey.all { LoadedProgram(id: $0)?.name }
    } catch {
      throw .system("list the interfaces", error)
    }
  }

  private static let textHeader = [
    "interface", "driver", "queues", "max", "native", "zero-copy", "mtu", "link", "attached",
  ]
  /// As the JSON names them.
  static let csvHeader = [
    "interface", "driver", "queues", "queues_maximum", "native_xdp", "zero_copy", "mtu", "link", "program",
  ]

  private static func rows(_ interfaces: [InterfaceReport]) -> [[String]] {
    interfaces.map { interface in
      [
        interface.interface, interface.driver ?? interface.kind ?? "-", "\(interface.queues)",
        "\(interface.queuesMaximum)", interface.nativeXdp, interface.zeroCopy, "\(interface.mtu)",
        interface.up ? interface.carrier ? "up" : "no carrier" : "down", attached(interface.program),
      ]
    }
  }

  private static func attached(_ program: InterfaceReport.Program?) -> String {
    guard let program else { return "-" }
    let name = program.name ?? "program"
    return "\(name)" + (program.id.map { " id \($0)" } ?? "") + " \(program.mode)"
  }

  private static func table(_ interfaces: [InterfaceReport]) -> String {
    TextTable.render([textHeader] + rows(interfaces)).joined(separator: "\n") + "\n"
  }
}
