import LinuxSystem
import ReflectorXDP
import Testing
import XDPControl

@testable import ReflectorHost
@testable import XDPControl

/// What holds a reflector back, from accounts made by hand: a second with 4,000 frames on four queues, one thing wrong.
@Suite struct BottleneckTests {
  private let running = Examination.running

  /// With the later accounts changed.
  private func bottleneck(
    _ spoil: (inout Statistics) -> Void, also: (inout Examination) -> Void = { _ in }
  ) -> Bottleneck? {
    running.bottleneck { examination in
      var later = Statistics.later
      spoil(&later)
      examination.run(.earlier, later)
      also(&examination)
    }
  }

  @Test func `all is well`() {
    let bottleneck = running.bottleneck()
    #expect(bottleneck?.cause == Bottleneck.Cause.none)
    #expect(bottleneck?.verdict == "nothing: 4000 of 4000 came back")
    #expect(bottleneck?.seconds == 1 && bottleneck?.others == [])
    #expect(bottleneck?.evidence.contains(.init(name: "queue_3.received", value: 1000)) == true)
  }

  @Test func `no frames, with a link and without, and where the NIC drops them`() {
    let silent: (inout Statistics) -> Void = { $0 = Statistics.account(at: 11, frames: 5000) }
    #expect(bottleneck(silent)?.cause == .noFrames)
    #expect(bottleneck(silent) { $0.survey.interface.hasCarrier = false }?.cause == .noCarrier)
    let dropping = bottleneck(silent) {
      $0.survey.statistics = .value([NICStatistic(name: "rx_missed_errors", value: 1)])
      $0.laterStatistics = .value([NICStatistic(name: "rx_missed_errors", value: 70)])
    }
    #expect(dropping?.cause == .nicDrops && dropping?.verdict.contains("69 by rx_missed_errors") == true)
  }

  @Test func `a frame that the NIC counts twice is one, and what isn't received is no loss there`() {
    let bottleneck = bottleneck({ $0 = Statistics.account(at: 11, frames: 5000) }) {
      $0.survey.statistics = .value([])
      $0.laterStatistics = .value([
        NICStatistic(name: "rx_length_errors", value: 3), NICStatistic(name: "rx_short_length_errors", value: 2),
        NICStatistic(name: "tx_dropped", value: 50), NICStatistic(name: "rx_queue_0_xdp_drops", value: 60),
      ])
    }
    #expect(bottleneck?.cause == .nicDrops && bottleneck?.verdict.contains("3 by rx_length_errors") == true)
    #expect(bottleneck?.evidence.contains(.init(name: "nic.tx_dropped", value: 50)) == true)
  }

  @Test func `frames, and none a test frame`() {
    let bottleneck = bottleneck {
      $0 = Statistics.account(at: 11, frames: 5000)
      $0.seen += 50
      $0.passed["other_port"] = 50
    }
    #expect(bottleneck?.cause == .noTestFrames)
    #expect(bottleneck?.verdict == "no test frames arrive: 50 of 50 pass as other_port")
  }

  @Test(arguments: [
    ("denied_source", "deny list"), ("other_source", "allow list"), ("source_rate", "limits"), ("loop", "flows"),
  ])
  func `policy refuses test frames, dropped or passed`(reason: String, command: String) {
    let dropped = bottleneck { $0.dropped[reason] = 1000 }
    #expect(dropped?.cause == .policy)
    #expect(dropped?.verdict == "policy refuses 1000 of 5000 test frames, most of them as \(reason)")
    #expect(dropped?.remedy?.ours?.contains("reflector-xdp \(command) eth0") == true)
    #expect(dropped?.evidence.contains(Bottleneck.Evidence(name: "dropped.\(reason)", value: 1000)) == true)
    // All of them, too, and where they pass.
    let passed = bottleneck {
      $0 = Statistics.account(at: 11, frames: 5000)
      $0.seen += 50
      $0.passed[reason] = 50
    }
    #expect(passed?.cause == .policy)
  }

  @Test func `RSS feeds queues without a socket`() {
    let bottleneck = bottleneck {
      $0.passed["no_socket"] = 1000
      $0.queues[3].bindMode = "none"
    }
    #expect(bottleneck?.cause == .otherQueues)
    #expect(bottleneck?.verdict.contains("1000 of 5000 test frames pass to the stack") == true)
    #expect(bottleneck?.remedy?.plain == "ethtool -X eth0 equal 3")
    // All of them, too.
    let all = self.bottleneck {
      $0 = Statistics.account(at: 11, frames: 5000)
      $0.seen += 50
      $0.passed["no_socket"] = 50
    }
    #expect(all?.cause == .otherQueues)
  }

  @Test(arguments: [
    ("rx_fill_ring_empty_descs", Bottleneck.Cause.fillRing), ("rx_ring_full", .rxRing), ("rx_dropped", .kernelDrops),
  ])
  func `drops between program and worker`(counter: String, cause: Bottleneck.Cause) {
    #expect(bottleneck { $0.queues[0].xsk?[counter] = 10 }?.cause == cause)
  }

  @Test func `in copy mode an empty fill ring counts as dropped, too`() {
    let bottleneck = bottleneck {
      $0.queues[0].bindMode = "copy"
      $0.queues[0].xsk = ["rx_fill_ring_empty_descs": 10, "rx_dropped": 12]
    }
    #expect(bottleneck?.cause == .fillRing)
    #expect(bottleneck?.others == [.kernelDrops, .copyMode])
  }

  @Test func `the worst loss comes first, limits last`() {
    let bottleneck = bottleneck {
      $0.refused = 5
      $0.queues[0].xsk?["rx_ring_full"] = 50
      $0.queues[2].held = 3
      $0.queues[1].bindMode = "copy"
    }
    #expect(bottleneck?.cause == .rxRing)
    #expect(bottleneck?.others == [.refused, .txRing, .copyMode])
  }

  @Test func `one queue hot`() {
    let bottleneck = bottleneck {
      $0.queues[0].received += 6000
      $0.received += 6000
    }
    #expect(bottleneck?.cause == .hotQueue && bottleneck?.verdict.contains("queue 0 takes 70%") == true)
  }

  @Test func `a little more than its share makes no queue hot`() {
    let bottleneck = bottleneck {
      $0.queues[0].received += 200
      $0.received += 200
    }
    #expect(bottleneck?.cause == Bottleneck.Cause.none)
  }

  @Test func `a few frames on one queue mean nothing`() {
    let bottleneck = bottleneck {
      $0 = Statistics.account(at: 11, frames: 5000)
      $0.seen += 50
      $0.redirected += 50
      $0.received += 50
      $0.reflected += 50
      $0.queues[0].received += 50
    }
    #expect(bottleneck?.cause == Bottleneck.Cause.none)
  }

  @Test func `copy mode is a limit where zero-copy might be had`() {
    let copied: (inout Statistics) -> Void = { later in for index in 0..<4 { later.queues[index].bindMode = "copy" } }
    #expect(bottleneck(copied)?.cause == .copyMode)
    let native = XDPFeatures.claiming([.basic, .redirect])
    #expect(bottleneck(copied) { $0.survey.xdpFeatures = .value(native) }?.cause == Bottleneck.Cause.none)
  }

  @Test func `a reflector that was restarted in between has no frames below zero`() {
    let bottleneck = bottleneck { $0 = Statistics.account(at: 0.5, frames: 0) }
    #expect(bottleneck?.cause == .noFrames && bottleneck?.evidence.allSatisfy { $0.value == 0 } == true)
  }
}
