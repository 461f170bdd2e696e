import LinuxSystem
import Testing

@testable import ReflectorHost
@testable import XDPControl

/// What is planned for which device.
struct TuningPlanTests {
  private func plan(_ survey: HostSurvey, _ change: (inout TuningRequest) -> Void = { _ in }) -> TuningPlan {
    var request = TuningRequest()
    change(&request)
    return TuningPlan(survey, request)
  }

  private func changes(_ survey: HostSurvey, _ change: (inout TuningRequest) -> Void = { _ in }) -> [String] {
    plan(survey, change).changes.map { "\($0.setting): \($0.old) -> \($0.new)" }
  }

  @Test func `throughput, on a NIC out of the box`() {
    #expect(
      changes(.untuned()) == [
        "feature rx-vlan-hw-parse: on -> off",
        "pause: autoneg on rx on tx off -> autoneg off rx off tx off",
        "rings: rx 256 tx 256 -> rx 2048 tx 2048",
        "channels: combined 2 -> combined 4",
        "rss table: 128 slots over 0-1 -> 128 slots over 0-3",
        "hash udp4: sd -> sdfn",
        "coalescing: rx-usecs 3 -> rx-usecs 50",
        "irq 40: 0-3 -> 0",
        "irq 41: 0-3 -> 1",
        "napi: defer 0 flush 0 -> defer 8 flush 20000",
        "governor cpu0: powersave -> performance",
        "governor cpu1: powersave -> performance",
        "governor cpu2: powersave -> performance",
        "governor cpu3: powersave -> performance",
        "huge pages: 0 -> 32",
      ])
  }

  @Test func `a VLAN filter goes, where it can and isn't off for all anyway`() {
    var survey = HostSurvey.untuned()
    func plan(isChangeable: Bool) -> [String] {
      let filter = DeviceFeature(isActive: true, isChangeable: isChangeable)
      survey.features = .value(DeviceFeatures(byName: ["rx-vlan-filter": filter]))
      return changes(survey).filter { $0.hasPrefix("feature") }
    }
    #expect(plan(isChangeable: true) == ["feature rx-vlan-filter: on -> off"])
    #expect(plan(isChangeable: false) == [])
    survey.interface.isPromiscuous = true
    #expect(plan(isChangeable: true) == [])
  }

  @Test func `latency differs where it waits`() {
    let found = changes(.untuned()) { $0.profile = .latency }
    #expect(found.contains("rings: rx 256 tx 256 -> rx 512 tx 512"))
    #expect(found.contains("coalescing: rx-usecs 3 -> rx-usecs 0"))
    #expect(!found.contains { $0.hasPrefix("napi") })
  }

  @Test func `adaptive coalescing is on for throughput and off for latency`() {
    var survey = HostSurvey.untuned()
    survey.coalescing = .value(Coalescing(receiveMicroseconds: 50, isReceiveAdaptive: false))
    #expect(changes(survey).contains("coalescing: adaptive-rx off rx-usecs 50 -> adaptive-rx on"))
    survey.coalescing = .value(Coalescing(receiveMicroseconds: 50, isReceiveAdaptive: true))
    #expect(
      changes(survey) { $0.profile = .latency }.contains(
        "coalescing: adaptive-rx on rx-usecs 50 -> adaptive-rx off rx-usecs 0"))
  }

  @Test func `a device that has nothing gets nothing`() {
    var survey = HostSurvey.untuned()
    survey.channels = .absent
    survey.receiveQueues = .absent
    survey.rings = .absent
    survey.coalescing = .absent
    survey.rss = .absent
    survey.hashFields = [.udp4: .absent, .udp6: .unknown("EPERM")]
    survey.features = .absent
    survey.pause = .absent
    survey.napi = .absent
    survey.interrupts = .absent
    survey.cpus = .unknown("no sysfs")
    survey.hugePages = .absent
    #expect(plan(survey).steps.isEmpty)
  }

  @Test func `what is fixed is left out`() {
    var survey = HostSurvey.untuned()
    survey.features = .value(
      DeviceFeatures(byName: ["rx-lro": DeviceFeature(isActive: true, isChangeable: false)]))
    #expect(!plan(survey).steps.contains { $0.setting.group == .offloads })
  }

  @Test func `the rings leave half of the UMEM, and latency's are no longer than 1024`() {
    var survey = HostSurvey.untuned()
    #expect(changes(survey) { $0.frames = 1024 }.contains("rings: rx 256 tx 256 -> rx 512 tx 2048"))
    survey.rings = .value(RingSizes(receive: 4096, transmit: 4096, receiveMaximum: 8192, transmitMaximum: 8192))
    #expect(changes(survey).contains("rings: rx 4096 tx 4096 -> rx 2048 tx 4096"))
    #expect(
      changes(survey) { $0.profile = .latency }.contains("rings: rx 4096 tx 4096 -> rx 1024 tx 4096"))
    #expect(!changes(survey) { $0.frames = 16384 }.contains { $0.hasPrefix("rings") })
    // A maximum below is what there is.
    survey.rings = .value(RingSizes(receive: 256, transmit: 256, receiveMaximum: 256, transmitMaximum: 256))
    #expect(!changes(survey).contains { $0.hasPrefix("rings") })
    // A ring that can't be sized isn't.
    survey.rings = .value(RingSizes(receive: 256, transmit: nil, receiveMaximum: 4096, transmitMaximum: nil))
    #expect(changes(survey).contains("rings: rx 256 -> rx 2048"))
  }

  @Test func `pause negotiation stays where a driver wants ethtool -s for it`() {
    #expect(
      changes(.untuned(driver: "ice")).contains("pause: autoneg on rx on tx off -> autoneg on rx off tx off"))
    var survey = HostSurvey.untuned()
    survey.pause = .value(PauseSettings(isAutonegotiated: true, receive: false, transmit: false))
    #expect(!changes(survey).contains { $0.hasPrefix("pause") })
  }

  @Test func `as many channels as CPUs, fewer too, but none from a socket or under a program`() {
    #expect(changes(.untuned(channels: 4, cpus: 2)).contains("channels: combined 4 -> combined 2"))
    #expect(changes(.untuned(maximum: 16, cpus: 8)).contains("channels: combined 2 -> combined 8"))
    #expect(changes(.untuned()) { $0.cpus = [1, 3, 2] }.contains("channels: combined 2 -> combined 3"))
    var survey = HostSurvey.untuned(channels: 4, cpus: 2)
    survey.xskHolders = [XSKHolder(pid: 812, name: "suricata")]
    #expect(!changes(survey).contains { $0.hasPrefix("channels") })
    #expect(plan(survey).notes.contains { $0.contains("pid 812 (suricata)") })
    survey = .untuned()
    survey.attachedProgram = .value(.init(id: 1, name: "other", isOurs: false))
    #expect(!changes(survey).contains { $0.hasPrefix("channels") || $0.hasPrefix("rss") })
    #expect(plan(survey).notes.contains { $0.contains("XDP program") })
    survey.attachedProgram = .unknown("EPERM")
    #expect(!changes(survey).contains { $0.hasPrefix("channels") })
  }

  @Test func `a virtio_net of old keeps TX queues free for XDP`() {
    var survey = HostSurvey.untuned(driver: "virtio_net", channels: 2, maximum: 8, cpus: 6)
    #expect(changes(survey).contains("channels: combined 2 -> combined 6"))
    survey.kernel = .value(KernelRelease(5, 10))
    #expect(!changes(survey).contains { $0.hasPrefix("channels") })
    survey = .untuned(driver: "virtio_net", channels: 4, maximum: 4, cpus: 4)
    survey.kernel = .value(KernelRelease(5, 10))
    #expect(changes(survey).contains("channels: combined 4 -> combined 1"))
  }

  @Test func `queues of one direction are raised together and never lowered`() {
    var survey = HostSurvey.untuned()
    survey.channels = .value(
      Channels(current: .init(receive: 1, transmit: 3), maximum: .init(receive: 4, transmit: 4)))
    survey.receiveQueues = .value(ReceiveQueues(allocated: 4, real: 1, channels: nil, rings: nil))
    #expect(changes(survey) { $0.cpus = [0, 1] }.contains("channels: rx 1 tx 3 -> rx 2 tx 3"))
    survey.channels = .value(
      Channels(current: .init(receive: 4, transmit: 4), maximum: .init(receive: 4, transmit: 4)))
    #expect(!changes(survey) { $0.cpus = [0] }.contains { $0.hasPrefix("channels") })
  }

  @Test func `a veth gets all the queues that it has: the far end's senders decide how many it needs`() {
    var survey = HostSurvey.untuned()
    survey.interface = Interface(name: "rx0", index: 3, isUp: true, hasCarrier: true, kind: "veth")
    survey.channels = .value(
      Channels(current: .init(receive: 1, transmit: 1), maximum: .init(receive: 8, transmit: 8)))
    #expect(changes(survey) { $0.queues = [0] }.contains("channels: rx 1 tx 1 -> rx 8 tx 8"))
  }

  @Test func `named queues: the table names them alone, and the channels suffice`() {
    let found = changes(.untuned(channels: 4)) { $0.queues = [1, 3] }
    #expect(found.contains("rss table: 128 slots over 0-3 -> 128 slots over 1,3"))
    #expect(!found.contains { $0.hasPrefix("channels") })
    #expect(found.contains("irq 41: 0-3 -> 0") && found.contains("irq 43: 0-3 -> 1"))
    #expect(!found.contains { $0.hasPrefix("irq 40") })
    #expect(changes(.untuned(channels: 2)) { $0.queues = [2] }.contains("channels: combined 2 -> combined 3"))
    let missing = plan(.untuned(channels: 2)) { $0.queues = [0, 9] }
    #expect(missing.notes.contains { $0.contains("no queue 9") })
    #expect(missing.workers.map(\.queue) == [0])
  }

  @Test func `CPUs near the NIC, unless others are named`() {
    var survey = HostSurvey.untuned(maximum: 16)
    survey.numaNode = .value(1)
    survey.cpus = .value(
      (0..<8).map { CPU(index: $0, siblings: [$0], numaNode: $0 / 4, isIsolated: false, governor: nil) })
    survey.allowedCPUs = .value([0, 1, 2, 5, 6, 7])
    #expect(plan(survey).cpus == [5, 6, 7])
    #expect(changes(survey).contains("channels: combined 2 -> combined 3"))
    #expect(plan(survey).notes.contains { $0.contains("--cpus") && $0.contains("5-7") })
    #expect(plan(survey) { $0.cpus = [0, 5] }.cpus == [0, 5])
    // None of the node's may be used.
    survey.allowedCPUs = .value([0, 1])
    #expect(plan(survey).cpus == [0, 1])
  }

  @Test func `irqbalance is named`() {
    var survey = HostSurvey.untuned()
    survey.irqbalance = .value(321)
    #expect(plan(survey).notes.contains { $0.contains("pid 321") && $0.contains("systemctl stop irqbalance") })
    #expect(!plan(survey) { $0.skipped = [.interrupts] }.notes.contains { $0.contains("irqbalance") })
  }

  @Test func `what busy polling looks after is left to it`() {
    #expect(!plan(.untuned()) { $0.busyPoll = true }.steps.contains { $0.setting == .napi })
    var survey = HostSurvey.untuned()
    survey.napi = .value(.busyPolling)
    survey.attachedProgram = .value(.init(id: 1, name: "reflector", isOurs: true))
    #expect(!plan(survey).steps.contains { $0.setting == .napi })
    #expect(plan(survey).notes.contains { $0.contains("busy-polling") })
    // What somebody left behind is no business of a reflector's.
    survey.attachedProgram = .absent
    #expect(plan(survey).changes.contains { $0.setting == .napi })
  }

  @Test func `a veth: its far end's checksums, no timer, and nothing of the host's unless it is named`() {
    var survey = HostSurvey.untuned()
    survey.interface = Interface(name: "rx0", index: 3, isUp: true, hasCarrier: true, kind: "veth")
    survey.interrupts = .absent
    survey.peerTransmitChecksum = .value(DeviceFeature(isActive: true, isChangeable: true))
    survey.napi = .value(.busyPolling)
    let found = changes(survey)
    #expect(found.contains("peer tx-checksum: on -> off"))
    #expect(
      found.contains(
        "napi: defer 2 flush 200000 -> defer 0 flush 0"))
    #expect(!found.contains { $0.hasPrefix("governor") || $0.hasPrefix("huge") || $0.contains("vlan") })
    let named = changes(survey) { $0.only = [.governor] }
    #expect(named == ["governor cpu0: powersave -> performance", "governor cpu1: powersave -> performance"])
  }

  @Test func `the loopback is no reason to take the host's memory`() {
    var survey = HostSurvey.untuned()
    survey.driver = .absent
    #expect(!changes(survey).contains { $0.hasPrefix("governor") || $0.hasPrefix("huge") })
    survey.driver = .unknown("EPERM")
    #expect(changes(survey).contains { $0.hasPrefix("huge") })
  }

  @Test func `--only and --skip`() {
    #expect(changes(.untuned()) { $0.only = [.rings] } == ["rings: rx 256 tx 256 -> rx 2048 tx 2048"])
    let found = changes(.untuned()) { $0.skipped = [.channels, .governor] }
    #expect(!found.contains { $0.hasPrefix("governor") || $0.hasPrefix("channels") })
    // Without channels to come the table is for those that there are.
    #expect(!found.contains { $0.hasPrefix("rss") })
  }

  @Test func `huge pages are for the UMEMs, beside those in use`() {
    var survey = HostSurvey.untuned()
    survey.hugePages = .value(HugePages(total: 10, free: 4, pageSize: 2 << 20))
    #expect(changes(survey).contains("huge pages: 10 -> 38"))
    // 64 frames of 4096 bytes are less than a page: one for each UMEM all the same, which the four free ones are.
    #expect(!changes(survey) { $0.frames = 64 }.contains { $0.hasPrefix("huge") })
    survey.attachedProgram = .value(.init(id: 1, name: "reflector", isOurs: true))
    #expect(!changes(survey).contains { $0.hasPrefix("huge") })
  }
}
