import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Two reflectors that face each other, and a frame that would go round between them for ever.
  @Suite struct Loops {
    /// The other end of the cable as the place of a reflector, and this end as its tester.
    private static func turned(_ lab: NetnsLab) -> (near: LabEnd, far: LabEnd) { (lab.reflector, lab.tester) }

    private static func start(at end: LabEnd, _ options: [String]) throws -> ChildProcess {
      let process = try ChildProcess(
        [ReflectorCommand.path, "attach", end.interface, "--netns", end.namespace, "--format", "json"] + options)
      _ = try eventually(within: 15, "attached; it wrote: \(process.output)\(process.errors)") {
        process.output.contains("\"attached\"") ? true : nil
      }
      return process
    }

    private static func statistics(_ end: LabEnd) throws -> Statistics {
      let outcome = try ReflectorCommand.run(
        ["stats", end.interface, "--netns", end.namespace, "--format", "json"])
      guard outcome.status == 0 else { throw TestFailure("stats: \(outcome)") }
      return try Statistics(json: outcome.output)
    }

    private static func totals(_ process: ChildProcess) throws -> Statistics {
      process.signal(SIGINT)
      guard try process.wait() == 0, let line = process.output.split(separator: "\n").last else {
        throw TestFailure("\(process.errors)")
      }
      return try Statistics(json: String(line))
    }

    @Test(
      "one spoofed frame between two reflectors with default settings dies (default, hop limit)",
      arguments: [(AttachMode.native, []), (.kernel, []), (.native, ["--loop-guard", "hop-limit"])])
    func facing(mode: AttachMode, guardOptions: [String]) throws {
      try NetnsLab.with { lab in
        let (near, far) = Self.turned(lab)
        // Both have the OUI that is answered: nothing but the loop guard stands in the way.
        try near.setLink("address", "00:c0:17:00:00:02")
        let agent = try Agent.tester(in: lab)
        let options = mode.options + guardOptions
        let first = try Self.start(at: near, options)
        let second = try Self.start(at: far, options)
        // Both ports are the reflector's, or the answer would be nobody's.
        try agent.ask(
          "spoof",
          [
            "source": ["mac": far.mac], "frame": ["source_port": 3842], "destination": ["mac": "00:c0:17:00:00:02"],
          ])
        let ended = try eventually(within: 20, "the frame has died") {
          let before = try Self.statistics(near).reflected
          usleep(300_000)
          let after = try Self.statistics(near)
          return after.reflected == before && before > 0 ? after : nil
        }
        let totals = [try Self.totals(first), try Self.totals(second)]
        for one in totals { one.expectBalance() }
        let refused = totals.map { ($0.dropped["loop"] ?? 0) + ($0.dropped["hop_limit"] ?? 0) }
        #expect(refused.reduce(0, +) >= 1, "\(totals.map(\.dropped))")
        // Not by chance: it went round, as a frame without a guard does.
        #expect(ended.reflected >= (guardOptions.isEmpty ? 256 : 2), "\(ended)")
        let alarms = totals.compactMap(\.alarms).reduce(0) { $0 + $1.loops }
        #expect(guardOptions.isEmpty ? alarms >= 1 : alarms == 0, "\(totals)")
        if guardOptions.isEmpty {
          #expect((first.errors + second.errors).contains("00:c0:17"), "no alarm: \(first.errors)\(second.errors)")
        }
      }
    }

    @Test("without the guard it goes round: the test above tests something")
    func unguarded() throws {
      try NetnsLab.with { lab in
        let (near, far) = Self.turned(lab)
        try near.setLink("address", "00:c0:17:00:00:02")
        let agent = try Agent.tester(in: lab)
        let first = try Self.start(at: near, ["--loop-guard", "off", "--duration", "10"])
        let second = try Self.start(at: far, ["--loop-guard", "off", "--duration", "10"])
        try agent.ask(
          "spoof",
          [
            "source": ["mac": far.mac], "frame": ["source_port": 3842], "destination": ["mac": "00:c0:17:00:00:02"],
          ])
        _ = try eventually(within: 8, "it goes round") {
          try Self.statistics(near).reflected > 2_000 ? true : nil
        }
        _ = try Self.totals(first)
        _ = try Self.totals(second)
      }
    }

    private struct Constant: Decodable {
      let sent: Int
      let returned: Int
      let limits: [String: Int]
    }

    @Test("a tester whose frames are all alike is never held off", arguments: AttachMode.eachDatapath)
    func constant(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        let answer = try JSONDecoder().decode(Constant.self, from: agent.ask("constant", ["count": 12_000]))
        #expect(answer.returned == 12_000, "\(answer)")
        // Looked at for a while, and left alone from then on.
        #expect(answer.limits["6"] ?? 0 <= 4_096 && answer.limits["7"] ?? 0 > 7_000, "\(answer)")
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 12_000)
        #expect(totals.alarms?.loops == 0)
      }
    }

    @Test("--storm holds off one conversation and no other, and lets it come back", arguments: AttachMode.eachDatapath)
    func storm(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options + ["--storm", "1000", "--hold-off", "1"])
        let agent = try Agent.tester(in: lab)
        let other: [String: Any] = ["source_port": 40_000]
        let burst = try agent.send(2_000, ["flows": 1, "timeout": 0.1])
        #expect(burst.lost > 500, "\(burst)")
        try agent.send(20, ["frame": other]).expectPerfect(20)
        _ = try eventually(within: 15, "it came back") {
          try agent.send(1, ["flows": 1, "timeout": 0.2]).returned == 1 ? true : nil
        }
        let totals = try reflector.stop()
        #expect(totals.dropped["storm"] ?? 0 > 500 && totals.alarms?.storms ?? 0 >= 1, "\(totals)")
        totals.expectBalance()
        #expect(reflector.process.errors.contains("storm"), "no alarm: \(reflector.process.errors)")
      }
    }
  }
}
