import ArgumentParser
import Foundation
import ReflectorCore
@testable import ReflectorXDP
import Testing

@testable import reflector_xdp

struct PolicyCommandTests {
  @Test func `the options of attach that say who gets an answer arrive`() throws {
    let command = try AttachCommand.parse([
      "eth0", "--allow", "192.0.2.0/24", "--allow", "any", "--deny", "10.0.0.0/8", "--deny", "00:c0:17:00:00:09",
      "--allow-destination", "198.51.100.1", "--source-rate", "10k", "--source-bits", "1M", "--total-rate", "2.5M",
      "--total-bits", "1G", "--burst", "100", "--loop-guard", "hop-limit", "--storm", "200k", "--hold-off", "60",
      "--refused", "pass", "--flows", "4096",
    ])
    let settings = command.settings
    var policy = Policy()
    policy.allowedSources = [try Network(parsing: "192.0.2.0/24")] + Network.any
    policy.deniedSources = [try Network(parsing: "10.0.0.0/8")]
    policy.deniedMACs = [MACAddress(0, 0xc0, 0x17, 0, 0, 9)]
    policy.allowedDestinations = [try Network(parsing: "198.51.100.1/32")]
    policy.sourceLimit = RateLimit(framesPerSecond: 10_000, bitsPerSecond: 1_000_000)
    policy.totalLimit = RateLimit(framesPerSecond: 2_500_000, bitsPerSecond: 1_000_000_000)
    (policy.burst, policy.loopGuard, policy.stormLimit, policy.holdOff) = (100, .hopLimit, 200_000, 60)
    policy.refused = .pass
    #expect(settings.policy == policy && settings.flows == 4096)
  }

  @Test func `without them all is as the library has it`() throws {
    let settings = try AttachCommand.parse(["eth0"]).settings
    #expect(settings.policy == Policy() && settings.flows == Configuration(interface: "eth0").flows)
    #expect(try AttachCommand.parse(["eth0", "--source-rate", "none"]).settings.policy == Policy())
  }

  @Test(arguments: [
    ["--allow", "192.0.2.1/24"], ["--allow", "00:c0:17:00:00:01"], ["--deny", "x"], ["--allow-destination", ""],
    ["--source-rate", "1.5"], ["--total-bits", "fast"], ["--loop-guard", "on"], ["--refused", "reject"],
    ["--flows", "many"], ["--burst", "1.5"],
  ])
  func `a bad one is a usage error`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try AttachCommand.parse(["eth0"] + arguments) }
    if let error { #expect(AttachCommand.exitCode(for: error).rawValue == 64) }
  }

  @Test func `commands take entries, and limits changes only what is named`() throws {
    let allow = try #require(
      try ReflectorCommand.parseAsRoot(["allow", "add", "eth0", "10.0.0.0/8", "any", "--destination", "--netns", "x"])
        as? AllowCommand.Add)
    #expect(allow.networks == ["10.0.0.0/8", "any"] && allow.which.destination)
    #expect(allow.options.target.interface == "eth0" && allow.options.target.place.netns == "x")
    let rules = try #require(
      try ReflectorCommand.parseAsRoot(["rules", "add", "eth0", "ito", "--port", "0", "--format", "json"])
        as? RulesCommand.Add)
    #expect(rules.rules == ["ito"] && rules.port == 0 && rules.options.format == .json)
    let limits = try #require(
      try ReflectorCommand.parseAsRoot(["limits", "eth0", "--source-rate", "none", "--hold-off", "7"]) as? LimitsCommand
    )
    var policy = Policy()
    policy.sourceLimit.framesPerSecond = 5
    policy.burst = 99
    limits.limits.apply(to: &policy)
    #expect(policy.sourceLimit.framesPerSecond == nil && policy.holdOff == 7 && policy.burst == 99)
    #expect(
      try #require(try ReflectorCommand.parseAsRoot(["limits", "eth0"]) as? LimitsCommand).limits.isGiven == false)
    #expect(throws: (any Error).self) { try ReflectorCommand.parseAsRoot(["flows", "eth0", "--top", "-1"]) }
    #expect(throws: (any Error).self) { try ReflectorCommand.parseAsRoot(["rules", "remove", "eth0"]) }
  }

  @Test func `a file has an entry a line, and remarks`() throws {
    let text = "# testers\n192.0.2.0/24\n\n  2001:db8::/32\t# the other site\r\nany\n"
    let lists = try EntryFile.entries(in: text, "f", NetworkList.init(argument:))
    #expect(lists.flatMap(\.networks).map(\.description) == ["192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0", "::/0"])
  }

  @Test(arguments: [("10.0.0.0/8\n10.0.0.1/8\n", 2), ("\n\nx # y\n", 3), ("10.0.0.0/8 10.1.0.0/16", 1)])
  func `what is wrong in a file is told with its line`(text: String, line: Int) {
    let error = #expect(throws: ReflectorError.self) {
      try EntryFile.entries(in: text, "list.txt", DeniedEntry.init(argument:))
    }
    #expect(error?.kind == .configuration && error?.what == "list.txt:\(line): this can't be used")
  }

  @Test func `a file that isn't there is told, and nothing to add is a usage error`() throws {
    let error = #expect(throws: ReflectorError.self) {
      try EntryFile.read("/nowhere/list", NetworkList.init(argument:))
    }
    #expect(error?.kind == .configuration && error?.what == "/nowhere/list can't be read")
    let options = try EntryOptions.parse([])
    #expect(throws: ValidationError.self) { try options.entries([], NetworkList.init(argument:)) }
  }

  @Test func `rules, lists and limits are printed in columns, and in JSON by their names`() throws {
    let report = RuleReport("eth0", RuleSet.ito.rules(port: 0) + RuleSet.y1564.rules())
    #expect(report.text.contains("ito.probeot  any        5  50524f42454f54\n"))
    #expect(report.text.contains("y1564        3842       0  592e3135363420\n"))
    #expect(JSON.line(report).contains(#"{"bytes":"50524f42454f54","name":"ito.probeot","offset":5,"port":0}"#))
    var policy = Policy()
    policy.sourceLimit.framesPerSecond = 1_488_000
    policy.deniedMACs = [MACAddress(2, 0, 0, 0, 0, 1)]
    #expect(LimitReport.text(policy).contains("source-rate  1488k  frames/s of each source\n"))
    #expect(LimitReport.text(policy).contains("source-bits  none\n"))
    #expect(
      JSON.line(LimitReport("eth0", policy))
        == #"{"burst_ms":50,"hold_off_s":10,"interface":"eth0","loop_guard":"watch","refused":"drop","source_rate":1488000}"#
        + "\n")
    #expect(DenyReport("eth0", policy).text == "# eth0 denies 1\n02:00:00:00:00:01\n")
    let change = ChangeReport(interface: "eth0", changes: ["rule x added"], answers: "any source")
    #expect(change.text == "eth0: rule x added\neth0: answers any source\n")
  }

  @Test func `conversations are printed as a table`() {
    let flow = FlowReport.Flow(
      source: "2001:db8::1", sourcePort: 5000, destination: "2001:db8::2", destinationPort: 3842, vlans: [10, 20],
      mac: "00:c0:17:00:00:01", frames: 1_234_567, bytes: 8, ageS: 61, idleS: 0.5, rule: nil, state: "loop", heldOffS: 3
    )
    let report = FlowReport(
      interface: "eth0", conversations: 5, capacity: 1024, frames: 2_000_000, bytes: 9, heldOff: 1, flows: [flow])
    let lines = FlowText.render(report).split(separator: "\n")
    #expect(lines[0] == "eth0: 5 conversations, room for 1,024; 2,000,000 frames, 9 bytes; 1 held off")
    #expect(
      lines[2]
        == "[2001:db8::1]:5000  [2001:db8::2]:3842  10.20  1,234,567      8  1 min 1 s  0.5 s     -  loop, held off for 3.0 s"
    )
  }

  @Test func `at the start it says how open it is, and what conversations cost`() {
    var attachment = ReflectorXDP.Attachment(
      interface: "eth0", attachMode: "native", datapath: "kernel", queues: [], queuesWithoutSocket: [],
      allows: "any source with OUI 00:c0:17", flows: 1_048_576, flowsBytes: 184_549_376, refusals: [], warnings: [])
    #expect(
      StatusPrinter.openness(attachment)
        == "Answers any source with OUI 00:c0:17; keeps 1,048,576 conversations (176 MiB)\n")
    attachment.flows = 0
    #expect(StatusPrinter.openness(attachment).hasSuffix("; keeps no conversations\n"))
  }
}
