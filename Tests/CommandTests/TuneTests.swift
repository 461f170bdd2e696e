import ArgumentParser
import Foundation
import LinuxSystem
import ReflectorXDP
import SystemPackage
import Testing
import XDPControl

@testable import ReflectorHost
@testable import reflector_xdp

/// The options of `tune` and of `attach --tune`, and what is printed.
struct TuneTests {
  @Test func `lists of settings are read as they are named`() throws {
    let command = try TuneCommand.parse(["eth0", "--only", "rings,huge-pages", "--skip", "governor"])
    #expect(command.only?.groups == [.rings, .hugePages] && command.skip?.groups == [.governor])
    #expect(command.profile == .throughput && !command.dryRun && !command.revert)
    #expect(SettingGroups.names.hasPrefix("offloads, pause, rings, "))
  }

  @Test(arguments: [
    ["--only", "ring"], ["--skip", ""], ["--skip", "rings,"], ["--profile", "speed"], ["--revert", "--dry-run"],
    ["--revert", "--skip", "rings"], ["--queues", "3-1"], ["--format", "csv"], ["--netns", ""],
  ])
  func `what makes no sense is a usage error`(options: [String]) {
    #expect(throws: (any Error).self) { try TuneCommand.parse(["eth0"] + options) }
  }

  @Test func `attach: how to tune goes with --tune`() throws {
    let command = try AttachCommand.parse(["eth0", "--tune", "--tune-profile", "latency", "--tune-skip", "rings,napi"])
    #expect(command.tuning.tune && command.tuning.tuneProfile == .latency)
    #expect(command.tuning.tuneSkip?.groups == [.rings, .napi])
    #expect(throws: (any Error).self) { try AttachCommand.parse(["eth0", "--tune-profile", "latency"]) }
    let file = try ConfigurationFile(text: "tune: true\ntune-profile: latency\ntune-skip: governor", path: "x.yaml")
    #expect(
      file.arguments(besides: CommandLineOptions([])) == ["--tune", "--tune-profile=latency", "--tune-skip=governor"])
    #expect(throws: ConfigurationFailure.self) { try ConfigurationFile(text: "tune-profile: latency", path: "x.yaml") }
  }

  private func outcome(_ results: [TuningReport.Result], action: TuneOutcome.Action = .tune) -> TuneOutcome {
    var report = TuningReport()
    report.rows = results.map {
      .init(
        setting: .governor(1), old: .governor("powersave"), new: .governor("performance"), result: $0, remark: "why")
    }
    report.notes = ["look here"]
    return TuneOutcome(interface: "eth0", namespace: "lab", action: action, profile: .latency, report: report)
  }

  private let refusal = SettingRefusal("set it", .invalidArgument, words: "the driver's words")

  @Test func `a row has old and new, what became of it, and why; a refusal the driver's words`() {
    let text = TuneText.text(outcome([.set, .refused(refusal), .unsupported(refusal), .different(.governor("other"))]))
    #expect(
      text == """
        result         setting        value
        set            governor cpu1  powersave → performance
                       why
        refused        governor cpu1  powersave → performance
                       set it: EINVAL (the driver's words)
        not to be had  governor cpu1  powersave → performance
                       set it: EINVAL (the driver's words)
        not taken      governor cpu1  powersave → performance
                       the system said yes, and it is other

        eth0 (latency): 1 set, 1 not to be had, 2 refused.
        Back: reflector-xdp tune eth0 --netns lab --revert
        note: look here

        """)
  }

  @Test func `nothing to do is said as that`() {
    #expect(TuneText.text(outcome([], action: .revert)).hasPrefix("eth0: nothing was tuned, nothing to put back\n"))
    #expect(TuneText.text(outcome([.already])).contains("1 as wanted already."))
  }

  @Test func `every result has a name in JSON`() throws {
    let results: [TuningReport.Result] = [
      .already, .wouldSet, .set, .restored, .kept, .gone, .different(.governor("other")), .unsupported(refusal),
      .refused(refusal),
    ]
    let text = JSON.line(TuneJSON(outcome(results)))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["changed"] as? Int == 2 && object["refused"] as? Int == 2)
    let settings = try #require(object["settings"] as? [[String: Any]])
    // docs/output.md promises these.
    #expect(
      settings.map { $0["result"] as? String } == [
        "already", "would_set", "set", "restored", "kept", "gone", "not_taken", "unsupported", "refused",
      ])
    #expect(Set(settings.flatMap(\.keys)) == ["setting", "group", "old", "new", "result", "actual", "why", "error"])
    #expect(
      Set(object.keys) == ["interface", "action", "profile", "settings", "changed", "refused", "workers", "notes"])
    #expect((settings[8]["error"] as? [String: String])?["message"] == "the driver's words")
    #expect(settings[6]["actual"] as? String == "other")
  }
}
