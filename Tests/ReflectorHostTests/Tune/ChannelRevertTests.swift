import Foundation
import LinuxSystem
import Testing

@testable import ReflectorHost
@testable import XDPControl

/// Channels and what hangs on them: the table, the interrupts.
final class ChannelRevertTests {
  private let folder = NSTemporaryDirectory() + "reflector-tune-\(UUID().uuidString)/tune"
  private let host = FakeHost(.untuned())

  deinit { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }

  private var tuner: Tuner<FakeHost> {
    Tuner(
      host, device: TuningState.Device(name: "eth0", index: 7, namespace: 1), place: "eth0", folder: folder,
      isRunning: { _ in false })
  }

  @Test func `a table of somebody's own comes back after the channels`() throws {
    let own = RSSTable(queues: [0, 0, 0, 1])
    host.state.rss = .value(own)
    _ = try tuner.tune(TuningRequest())
    host.forgetApplied()
    _ = try tuner.revert()
    let channels = try #require(host.applied.firstIndex(of: .channels))
    let table = try #require(host.applied.firstIndex(of: .rssTable))
    #expect(channels < table && host.state.rss == .value(own))
  }

  @Test func `an interrupt that was bound comes back, though the channels made it anew`() throws {
    host.state.interrupts = .value(
      FakeHost.interrupts(2).map {
        Interrupt(number: $0.number, name: $0.name, allowedCPUs: [2], effectiveCPUs: [2])
      })
    let before = TunerTests.snapshot(host.state)
    _ = try tuner.tune(TuningRequest())
    #expect(TunerTests.snapshot(host.state)["irq 40"] == "0")
    _ = try tuner.revert()
    #expect(TunerTests.snapshot(host.state) == before)
  }

  @Test func `what channels may change is saved before they are set, also what is to be left alone`() throws {
    var request = TuningRequest()
    request.skipped = [.rss, .interrupts]
    var saved = ""
    host.beforeApplying = { [folder] setting in
      if setting == .channels { saved = (try? TextFile.read(folder + "/eth0.json", limit: 1 << 20)) ?? "" }
    }
    _ = try tuner.tune(request)
    #expect(saved.contains("\"rss table\"") && saved.contains("\"irq 40\""), "\(saved)")
  }

  @Test func `queues that are named take no channel from the others`() {
    var request = TuningRequest()
    request.queues = [0]
    #expect(ChannelPlan(.untuned(channels: 4), request).counts?.combined == 4)
    request.queues = [2]
    #expect(ChannelPlan(.untuned(channels: 2), request).counts?.combined == 3)
  }
}
