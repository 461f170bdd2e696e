import Foundation
import LinuxSystem
import ReflectorXDP
import SystemPackage
import Testing

@testable import ReflectorHost
@testable import XDPControl

/// Carrying out plans and putting back, with the state files in a folder of the test's own.
final class TunerTests {
  private let folder = NSTemporaryDirectory() + "reflector-tune-\(UUID().uuidString)/tune"
  private let host = FakeHost(.untuned())
  private let device = TuningState.Device(name: "eth0", index: 7, namespace: 1)
  /// Processes that run.
  private var running: Set<ProcessIdentity> = []

  deinit { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }

  private func tuner(
    _ host: FakeHost? = nil, place: String = "eth0", process: ProcessIdentity? = nil, device: TuningState.Device? = nil
  ) -> Tuner<FakeHost> {
    Tuner(
      host ?? self.host, device: device ?? self.device, place: place, process: process, folder: folder,
      isRunning: { [unowned self] in running.contains($0) })
  }

  private func process(_ pid: Int32) -> ProcessIdentity {
    let process = ProcessIdentity(pid: pid, startTicks: 100)
    running.insert(process)
    return process
  }

  private var files: [String] { PinDirectory.entries(of: folder) }

  /// What is set now, of everything that a plan may set.
  private func snapshot(_ host: FakeHost? = nil) -> [String: String] { Self.snapshot((host ?? self.host).state) }

  static func snapshot(_ survey: HostSurvey) -> [String: String] {
    var settings: [Setting] = [.peerChecksum, .pause, .rings, .channels, .rssTable, .coalescing, .napi, .hugePages]
    settings += HashedFlow.allCases.map(Setting.hashFields)
    settings += (survey.features.value?.byName.keys.sorted() ?? []).map(Setting.feature)
    settings += (survey.interrupts.value ?? []).map { Setting.interrupt($0.number) }
    settings += (survey.cpus.value ?? []).map { Setting.governor($0.index) }
    let values = settings.compactMap { setting in survey.value(of: setting).map { ("\(setting)", "\($0)") } }
    return Dictionary(uniqueKeysWithValues: values)
  }

  @Test func `tuned, tuned again, and put back`() throws {
    let before = snapshot()
    let report = try tuner().tune(TuningRequest())
    #expect(!report.hasFailures && report.count { $0 == .set } == 17, "\(report.rows)")
    #expect(TuningPlan(host.state, TuningRequest()).changes.isEmpty)
    // The two new channels brought interrupts, which are sent to their workers too.
    #expect(snapshot()["irq 43"] == "3" && snapshot()["rss table"] == "128 slots over 0-3")
    #expect(files == ["@host.json", "eth0.json"])

    host.forgetApplied()
    let again = try tuner().tune(TuningRequest())
    #expect(again.count { $0 != .already } == 0 && host.applied.isEmpty, "\(again.rows)")

    let reverted = try tuner().revert()
    #expect(!reverted.hasFailures)
    #expect(snapshot() == before)
    #expect(!host.isTableConfigured, "the table is the driver's own again")
    #expect(files.isEmpty)
    let nothing = try tuner().revert()
    #expect(nothing.rows.isEmpty)
  }

  @Test func `a dry run changes nothing and leaves no file`() throws {
    let before = snapshot()
    let report = try tuner().preview(TuningRequest())
    #expect(report.rows.contains { $0.result == .wouldSet } && report.notes.contains { $0.contains("new channels") })
    #expect(host.applied.isEmpty && snapshot() == before && files.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `the order is that of the ranks, and channels come before the table both times`() throws {
    _ = try tuner().tune(TuningRequest())
    #expect(host.applied == host.applied.sorted { $0.rank < $1.rank })
    host.forgetApplied()
    _ = try tuner().revert()
    #expect(host.applied.first?.group == .hugePages && host.applied.contains(.pause))
    #expect(host.applied.filter { $0.group == .governor } == (0..<4).reversed().map(Setting.governor))
  }

  @Test func `another profile keeps the first former values`() throws {
    let before = snapshot()
    _ = try tuner().tune(TuningRequest(profile: .throughput))
    _ = try tuner().tune(TuningRequest(profile: .latency))
    #expect(snapshot()["coalescing"] == "rx-usecs 0 tx-usecs 0")
    _ = try tuner().revert()
    #expect(snapshot() == before)
  }

  @Test func `a refusal is reported with its words, and the rest goes on`() throws {
    let before = snapshot()
    let words = "requested ring size exceeds maximum"
    host.refusals[.rings] = SettingRefusal("ETHTOOL_MSG_RINGS_SET eth0", .invalidArgument, words: words)
    host.refusals[.napi] = SettingRefusal("x", .notSupportedOnSocket)
    let report = try tuner().tune(TuningRequest())
    #expect(report.hasFailures && report.missingPermission == nil)
    let refused = try #require(report.rows.first { $0.setting == .rings })
    guard case .refused(let refusal) = refused.result else { throw Unexpected() }
    #expect(refusal.description == "ETHTOOL_MSG_RINGS_SET eth0: EINVAL (\(words))")
    guard case .unsupported = report.rows.first(where: { $0.setting == .napi })?.result else { throw Unexpected() }
    #expect(report.count { $0 == .set } == 15)
    // What was refused has nothing to be put back.
    host.refusals = [:]
    host.forgetApplied()
    _ = try tuner().revert()
    #expect(snapshot() == before && !host.applied.contains(.rings))
  }

  private struct Unexpected: Error {}

  @Test func `nothing but missing permission is told as that`() throws {
    for setting in TuningPlan(host.state, TuningRequest()).changes.map(\.setting) {
      host.refusals[setting] = SettingRefusal("set", setting == .rings ? .permissionDenied : .notPermitted)
    }
    let report = try tuner().tune(TuningRequest())
    #expect(report.missingPermission != nil && files.isEmpty)
  }

  @Test func `what is taken and not done is told`() throws {
    host.ignored = [.pause]
    let report = try tuner().tune(TuningRequest())
    let row = try #require(report.rows.first { $0.setting == .pause })
    #expect(row.result.isFailure && report.hasFailures, "\(row)")
    guard case .different(let value) = row.result else { throw Unexpected() }
    #expect("\(value)" == "autoneg on rx on tx off")
    // Nobody else has changed it.
    #expect(try tuner().revert().rows.allSatisfy { $0.remark == nil } && files.isEmpty)
  }

  @Test func `what new channels do to a table that is to be left alone comes back with them`() throws {
    host.state.rss = .value(RSSTable(queues: [0, 0, 0, 1]))
    let before = snapshot()
    var request = TuningRequest()
    request.skipped = [.rss, .interrupts]
    _ = try tuner().tune(request)
    #expect(snapshot()["rss table"] == "4 slots over 0-3")
    _ = try tuner().revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `killed at any moment, everything comes back`() throws {
    let before = snapshot()
    let steps = TuningPlan(host.state, TuningRequest()).changes.count
    #expect(steps > 10)
    for moment in 0..<steps {
      let host = FakeHost(.untuned())
      let killed = KilledHost(host, after: moment, folder)
      _ = try Tuner(killed, device: device, place: "eth0", folder: folder, isRunning: { _ in false }).tune(
        TuningRequest())
      // The files as they were at that moment: what a killed process leaves behind.
      for name in files { try FileManager.default.removeItem(atPath: folder + "/" + name) }
      for (name, data) in killed.left {
        #expect(FileManager.default.createFile(atPath: folder + "/" + name, contents: data))
      }
      let report = try tuner(host).revert()
      #expect(!report.hasFailures && snapshot(host) == before, "after \(moment) changes")
      #expect(files.isEmpty)
    }
  }

  /// Does the first few changes, and then no more.
  private final class KilledHost: TunedHost {
    private let host: FakeHost
    private let folder: String
    private var remaining: Int
    /// The state files just before the last change that it did.
    private(set) var left: [String: Data] = [:]

    init(_ host: FakeHost, after moment: Int, _ folder: String) {
      self.host = host
      self.folder = folder
      remaining = moment + 1
    }

    func survey() -> HostSurvey { host.survey() }

    func apply(_ setting: Setting, _ value: SettingValue) throws(SettingRefusal) {
      guard remaining > 0 else { return }
      remaining -= 1
      let names = PinDirectory.entries(of: folder)
      left = Dictionary(
        uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: folder + "/" + $0) ?? Data()) })
      try host.apply(setting, value)
    }
  }

  @Test func `what somebody changed meanwhile is put back, and said`() throws {
    let before = snapshot()
    _ = try tuner().tune(TuningRequest())
    host.state.rings = .value(
      RingSizes(receive: 1024, transmit: 2048, receiveMaximum: 4096, transmitMaximum: 4096))
    let report = try tuner().revert()
    let row = try #require(report.rows.first { $0.setting == .rings })
    #expect(row.remark?.contains("meanwhile") == true && row.remark?.contains("rx 2048 tx 2048") == true)
    #expect(report.rows.filter { $0.remark != nil }.count == 1)
    #expect(snapshot() == before)
  }

  @Test func `what can't be put back stays saved`() throws {
    let before = snapshot()
    _ = try tuner().tune(TuningRequest())
    host.refusals[.coalescing] = SettingRefusal("set", .resourceBusy)
    let report = try tuner().revert()
    #expect(report.count { $0.isFailure } == 1 && files == ["eth0.json"])
    host.refusals = [:]
    #expect(try tuner().revert().rows.map(\.setting) == [.coalescing])
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `a switch that does nothing isn't to be had, and no failure`() throws {
    host.state.coalescing = .value(Coalescing(receiveMicroseconds: 0, isReceiveAdaptive: false))
    host.ignored = [.coalescing]
    let report = try tuner().tune(TuningRequest())
    guard case .unsupported = report.rows.first(where: { $0.setting == .coalescing })?.result else {
      throw Unexpected()
    }
    #expect(!report.hasFailures)
    #expect(try !tuner().revert().rows.contains { $0.setting == .coalescing })
  }

  // MARK: attach --tune

  @Test func `what busy polling set, and was killed, comes back with the rest`() throws {
    let before = snapshot()
    var request = TuningRequest()
    request.busyPoll = true
    _ = try tuner(process: process(812)).tune(request)
    #expect(snapshot()["napi"] == "defer 0 flush 0", "that is for the reflector to set")
    host.state.napi = .value(.busyPolling)
    running = []
    let report = try tuner().revert()
    #expect(report.rows.allSatisfy { $0.remark == nil } && snapshot() == before && files.isEmpty)
    // Ended in order it has put them back before: nothing is left to do.
    let next = process(913)
    _ = try tuner(process: next).tune(request)
    host.forgetApplied()
    _ = try tuner(process: next).revert()
    #expect(!host.applied.contains(.napi) && snapshot() == before)
  }

  @Test func `attach --tune over an operator's tune puts nothing back`() throws {
    let before = snapshot()
    _ = try tuner().tune(TuningRequest())
    let tuned = snapshot()
    let attach = process(812)
    _ = try tuner(process: attach).tune(TuningRequest())
    let ended = try tuner(process: attach).revert()
    #expect(snapshot() == tuned && ended.rows.allSatisfy { $0.result == .kept })
    _ = try tuner().revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `attach --tune with another profile goes back to the operator's`() throws {
    let before = snapshot()
    _ = try tuner().tune(TuningRequest(profile: .throughput))
    let tuned = snapshot()
    let attach = process(812)
    _ = try tuner(process: attach).tune(TuningRequest(profile: .latency))
    #expect(snapshot() != tuned)
    _ = try tuner(process: attach).revert()
    #expect(snapshot() == tuned)
    _ = try tuner().revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `tune while attach --tune runs: the end of attach leaves it`() throws {
    let before = snapshot()
    let attach = process(812)
    _ = try tuner(process: attach).tune(TuningRequest())
    let tuned = snapshot()
    _ = try tuner().tune(TuningRequest())
    _ = try tuner(process: attach).revert()
    #expect(snapshot() == tuned)
    _ = try tuner().revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `--revert takes nothing from a reflector that runs, and says so`() throws {
    let before = snapshot()
    let attach = process(812)
    _ = try tuner(process: attach).tune(TuningRequest())
    let tuned = snapshot()
    let report = try tuner().revert()
    #expect(report.rows.isEmpty && report.notes.contains { $0.contains("812") } && snapshot() == tuned)
    // Killed: then it is an operator's business.
    running = []
    _ = try tuner().revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `after a SIGKILL the next attach --tune takes over, with the first former values`() throws {
    let before = snapshot()
    _ = try tuner(process: process(812)).tune(TuningRequest(profile: .latency))
    running = []
    let next = process(913)
    // It wants less than the first one did.
    var request = TuningRequest()
    request.only = [.rings]
    _ = try tuner(process: next).tune(request)
    _ = try tuner(process: next).revert()
    #expect(snapshot() == before && files.isEmpty)
  }

  @Test func `two interfaces share the host: it goes back with the last one`() throws {
    let other = FakeHost(.untuned())
    let one = process(1)
    let two = process(2)
    let otherDevice = TuningState.Device(name: "eth1", index: 8, namespace: 1)
    _ = try tuner(process: one).tune(TuningRequest())
    // One host: what the first did, the second finds.
    other.state.cpus = host.state.cpus
    other.state.hugePages = host.state.hugePages
    let second = tuner(other, place: "eth1", process: two, device: otherDevice)
    _ = try second.tune(TuningRequest())
    _ = try tuner(process: one).revert()
    #expect(snapshot()["governor cpu0"] == "performance" && snapshot()["huge pages"] == "32")
    #expect(snapshot()["rings"] == "rx 256 tx 256")
    _ = try second.revert()
    #expect(snapshot(other)["governor cpu0"] == "powersave" && snapshot(other)["huge pages"] == "0")
    #expect(files.isEmpty)
  }

  // MARK: another device

  @Test func `an interface that came anew by the same name isn't given the old one's values`() throws {
    _ = try tuner().tune(TuningRequest())
    let anew = FakeHost(.untuned(channels: 4))
    anew.state.cpus = host.state.cpus
    anew.state.hugePages = host.state.hugePages
    let before = snapshot(anew)
    let device = TuningState.Device(name: "eth0", index: 9, namespace: 1)
    let report = try tuner(anew, device: device).revert()
    #expect(report.notes.contains { $0.contains("isn't the interface that was tuned") })
    #expect(report.rows.contains { $0.setting == .rings && $0.result == .gone })
    var expected = before
    for cpu in 0..<4 { expected["governor cpu\(cpu)"] = "powersave" }
    expected["huge pages"] = "0"
    #expect(snapshot(anew) == expected && files.isEmpty)
  }

  @Test func `tuned anew, its own values are the former ones`() throws {
    _ = try tuner().tune(TuningRequest())
    let anew = FakeHost(.untuned(channels: 1))
    anew.state.cpus = host.state.cpus
    anew.state.hugePages = host.state.hugePages
    let device = TuningState.Device(name: "eth0", index: 9, namespace: 1)
    _ = try tuner(anew, device: device).tune(TuningRequest())
    _ = try tuner(anew, device: device).revert()
    #expect(snapshot(anew)["channels"] == "combined 1" && files.isEmpty)
  }

  @Test func `an interface that is gone: the host's settings come back all the same`() throws {
    _ = try tuner().tune(TuningRequest())
    let report = try tuner().revert(isGone: true)
    #expect(snapshot()["governor cpu0"] == "powersave" && snapshot()["rings"] == "rx 2048 tx 2048")
    #expect(report.rows.contains { $0.setting == .rings && $0.result == .gone } && files.isEmpty)
  }

  @Test func `a file that can't be read stops it before anything is changed`() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: folder + "/eth0.json", contents: Data("{".utf8)))
    let error = try #require(throws: ReflectorError.self) { try tuner().tune(TuningRequest()) }
    #expect(error.kind == .system && error.what.contains("eth0.json") && host.applied.isEmpty)
  }

  // MARK: anything

  @Test(arguments: 0..<150) func `whatever there is: applied, nothing is left to do; put back, it is as before`(
    seed: UInt64
  ) throws {
    var random = RandomSurvey(seed: seed)
    let host = FakeHost(random.survey())
    let before = snapshot(host)
    let request = random.request()
    let report = try tuner(host).tune(request)
    #expect(!report.hasFailures, "\(report.rows)")
    #expect(TuningPlan(host.state, request).changes.isEmpty)
    if random.isTrue() { _ = try tuner(host).tune(random.request()) }
    let reverted = try tuner(host).revert()
    let after = snapshot(host)
    let differences = before.filter { after[$0.key] != $0.value }.map { "\($0) and not \(after[$0.key] ?? "gone")" }
    #expect(!reverted.hasFailures && differences.isEmpty && files.isEmpty)
  }
}
