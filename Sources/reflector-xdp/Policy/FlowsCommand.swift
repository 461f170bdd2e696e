import ArgumentParser
import ReflectorXDP

struct FlowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows", abstract: "List who talks to a running reflector.",
    discussion: """
      A conversation is two addresses, two ports and the VLANs. Counted is what policy let through. Those that were \
      quiet for longest make room for others (attach --flows).
      """)

  @OptionGroup var options: EditOptions

  @Option(help: ArgumentHelp("List so many, 0 to 1000000; all are in the totals.", valueName: "number"))
  var top = 20

  @Option(help: ArgumentHelp("Which are listed first: frames, bytes or age.", valueName: "order"))
  var sort: FlowReport.Order = .frames

  func validate() throws {
    guard (0...1_000_000).contains(top) else { throw ValidationError("--top \(top): 0 to 1000000 are allowed") }
  }

  func run() throws {
    let observer = try Observer(
      interface: options.target.interface, namespace: options.target.place.netns,
      pinDirectory: options.target.place.pinDir)
    let report = try observer.flows(top: top, by: sort)
    options.print(report) { FlowText.render(report) }
  }
}

extension FlowReport.Order: ExpressibleByArgument {}

/// Conversations for people.
enum FlowText {
  static func render(_ report: FlowReport) -> String {
    let heading =
      "\(report.interface): \(StatisticsText.grouped(UInt64(report.conversations))) conversations, room for "
      + "\(StatisticsText.grouped(UInt64(report.capacity))); \(StatisticsText.grouped(report.frames)) frames, "
      + "\(StatisticsText.grouped(report.bytes)) bytes"
      + (report.heldOff > 0 ? "; \(report.heldOff) held off" : "")
    guard !report.flows.isEmpty else { return heading + "\n" }
    let header = ["source", "destination", "vlans", "frames", "bytes", "age", "idle", "rule", "state"]
    let rows = report.flows.map { flow in
      [
        endpoint(flow.source, flow.sourcePort), endpoint(flow.destination, flow.destinationPort),
        flow.vlans.isEmpty ? "-" : flow.vlans.map(String.init).joined(separator: "."),
        StatisticsText.grouped(flow.frames), StatisticsText.grouped(flow.bytes), StatisticsText.duration(flow.ageS),
        StatisticsText.duration(flow.idleS), flow.rule ?? "-",
        flow.state + (flow.heldOffS.map { ", held off for \(StatisticsText.duration($0))" } ?? ""),
      ]
    }
    return ([heading, ""] + TextTable.render([header] + rows)).joined(separator: "\n") + "\n"
  }

  private static func endpoint(_ address: String, _ port: UInt16) -> String {
    address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
