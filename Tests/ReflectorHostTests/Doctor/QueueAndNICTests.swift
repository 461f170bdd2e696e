import LinuxSystem
import ReflectorXDP
import Testing
import XDPControl

@testable import ReflectorHost
@testable import XDPControl

/// Queues, RSS, rings and what the NIC does to frames, one thing wrong at a time.
@Suite struct QueueAndNICTests {
  private let healthy = Examination.healthy

  @Test func `fewer queues than CPUs, and more sockets than CPUs`() {
    #expect(healthy.finding(.queues)?.value == "4 RX of at most 8, 4 with a socket, 4 CPUs")
    let few = healthy.finding(.queues) { $0.survey.allowedCPUs = .value(Array(0..<16)) }
    #expect(few?.status == .warn && few?.remedy?.plain == "ethtool -L eth0 combined 8")
    let many = healthy.finding(.queues) { $0.survey.allowedCPUs = .value([0, 1]) }
    #expect(many?.status == .warn && many?.remedy?.plain == "ethtool -L eth0 combined 2")
    #expect(many?.remedy?.ours == "reflector-xdp tune eth0")
    #expect(healthy.finding(.queues) { $0.survey.receiveQueues = .unknown("no") }?.status == .unknown)
  }

  @Test func `a queue that was named and isn't there`() {
    let finding = healthy.finding(.queues) { $0.setup.queues = [0, 4] }
    #expect(finding?.status == .fail && finding?.value == "there is no queue 4: 4 RX, 0 to 3")
    #expect(finding?.remedy == Remedy(ours: "reflector-xdp attach eth0", plain: "ethtool -L eth0 combined 5"))
    let beyond = healthy.finding(.queues) { $0.setup.queues = [8] }
    #expect(beyond?.remedy == Remedy(ours: "reflector-xdp attach eth0"))
  }

  @Test func `channels of separate kinds have a command of their own`() {
    let finding = healthy.finding(.queues) {
      $0.survey.allowedCPUs = .value([0, 1])
      $0.survey.channels = .value(
        Channels(current: .init(receive: 4, transmit: 4), maximum: .init(receive: 8, transmit: 8)))
    }
    #expect(finding?.remedy?.plain == "ethtool -L eth0 rx 2 tx 2")
  }

  @Test func `a veth keeps the queues that its far end sends to`() {
    let finding = Examination.veth.finding(.queues) {
      $0.survey.receiveQueues = .value(.inUse(4, of: 4))
      $0.setup.queues = [0, 1, 2, 3]
    }
    #expect(finding?.status == .ok)
    #expect(finding?.value == "4 RX of at most 4, 4 with a socket, 2 CPUs; workers share them")
  }

  @Test func `a queue that was left out is told, where no RSS table says more`() {
    func finding(_ rss: Reading<RSSTable>) -> Finding? {
      healthy.finding(.queues) {
        $0.survey.rss = rss
        $0.setup.queues = [0, 2]
      }
    }
    #expect(finding(.absent)?.status == .warn && finding(.absent)?.why.contains("queues 1,3") == true)
    #expect(finding(healthy.survey.rss)?.status == .ok)
  }

  @Test func `fewer TX than RX queues`() {
    #expect(healthy.finding(.transmitQueues)?.status == .ok)
    let finding = healthy.finding(.transmitQueues) { $0.survey.transmitQueues = .value(2) }
    #expect(finding?.status == .warn && finding?.why.contains("from 2 up") == true)
  }

  private static let tables: [([UInt32], [Int], Finding.Status, String?)] = [
    ([0, 1, 2, 3], [0, 1, 2, 3], .ok, nil),
    ([0, 1, 2, 3], [0, 1], .fail, "ethtool -X eth0 equal 2"),
    ([0, 1, 2, 3], [2, 3], .fail, "ethtool -X eth0 weight 0 0 1 1"),
    ([0, 0, 1, 1], [0, 1, 2, 3], .warn, "ethtool -X eth0 equal 4"),
    ([0, 0, 0, 1], [0, 1], .warn, "ethtool -X eth0 equal 2"),
    ([0, 1, 2, 0], [0, 1, 2], .ok, nil),
  ]

  @Test(arguments: tables)
  func `the RSS table against the sockets`(
    table: [UInt32], sockets: [Int], status: Finding.Status, command: String?
  ) {
    let finding = healthy.finding(.rssTable) {
      $0.survey.rss = .value(RSSTable(queues: table))
      $0.setup.queues = sockets
    }
    #expect(finding?.status == status)
    #expect(finding?.remedy?.plain == command)
  }

  @Test func `no table, or one that can't be read`() {
    #expect(healthy.findings(.rssTable) { $0.survey.rss = .absent } == [])
    #expect(healthy.finding(.rssTable) { $0.survey.rss = .unknown("ETHTOOL_GRSSH: EIO") }?.status == .unknown)
  }

  @Test func `hash fields want the ports`() {
    #expect(healthy.finding(.hashFields)?.value == "udp4 sdfn, udp6 sdfn")
    let finding = healthy.finding(.hashFields) {
      $0.survey.hashFields[.udp4] = .value([.sourceAddress, .destinationAddress])
    }
    #expect(finding?.status == .warn && finding?.value == "udp4 sd, udp6 sdfn")
    #expect(finding?.remedy?.plain == "ethtool -N eth0 rx-flow-hash udp4 sdfn")
    #expect(healthy.finding(.hashFields) { $0.survey.hashFields[.udp6] = .unknown("no") }?.status == .unknown)
    #expect(healthy.findings(.hashFields) { $0.survey.hashFields = [.udp4: .absent, .udp6: .absent] } == [])
    #expect(healthy.findings(.hashFields) { $0.setup.queues = [0] } == [])
  }

  private static let rings: [(Int, Int, Int, Finding.Status, String?)] = [
    (256, 4096, 4096, .warn, "ethtool -G eth0 rx 2048"), (512, 4096, 4096, .ok, nil), (256, 256, 4096, .ok, nil),
    (4096, 4096, 4096, .warn, "ethtool -G eth0 rx 2048"), (2048, 4096, 4096, .ok, nil),
  ]

  @Test(arguments: rings)
  func `RX rings: long enough, and shorter than the UMEM`(
    receive: Int, maximum: Int, frames: Int, status: Finding.Status, command: String?
  ) {
    let finding = healthy.finding(.rings) {
      $0.survey.rings = .value(
        RingSizes(receive: receive, transmit: receive, receiveMaximum: maximum, transmitMaximum: maximum))
      $0.setup.frames = frames
    }
    #expect(finding?.status == status)
    #expect(finding?.remedy?.plain == command)
    if receive == frames { #expect(finding?.remedy?.ours == "reflector-xdp attach eth0 --frames 8192") }
  }

  @Test func `coalescing: too long, adaptive, or none`() {
    #expect(healthy.finding(.coalescing)?.value == "RX 3 us")
    let long = healthy.finding(.coalescing) { $0.survey.coalescing = .value(Coalescing(receiveMicroseconds: 200)) }
    #expect(long?.status == .warn && long?.why.contains("200 us") == true)
    let adaptive = healthy.finding(.coalescing) {
      $0.survey.coalescing = .value(Coalescing(receiveMicroseconds: 200, isReceiveAdaptive: true))
    }
    #expect(adaptive?.status == .ok && adaptive?.value == "RX 200 us, adaptive RX on")
    #expect(healthy.findings(.coalescing) { $0.survey.coalescing = .value(Coalescing()) } == [])
    #expect(healthy.finding(.coalescing) { $0.survey.coalescing = .unknown("no") }?.status == .unknown)
  }

  @Test(arguments: [
    ("rx-lro", Check.largeReceiveOffload, Finding.Status.warn, "ethtool -K eth0 lro off"),
    ("rx-gro-hw", .hardwareGRO, .warn, "ethtool -K eth0 rx-gro-hw off"),
    ("rx-vlan-hw-parse", .vlanStripping, .warn, "ethtool -K eth0 rxvlan off"),
  ])
  func `offloads that spoil frames`(name: String, check: Check, status: Finding.Status, command: String) {
    #expect(healthy.finding(check)?.status == .ok)
    let on = healthy.finding(check) { $0.survey.features = .value(.with([name: true])) }
    #expect(on?.status == status && on?.remedy?.plain == command)
    // What the device can't have isn't worth a line.
    let fixed = DeviceFeatures(byName: [name: DeviceFeature(isActive: false, isChangeable: false)])
    #expect(healthy.findings(check) { $0.survey.features = .value(fixed) } == [])
    #expect(healthy.findings(check) { $0.survey.features = .absent } == [])
  }

  @Test(arguments: [("mlx5_core", Finding.Status.fail), ("vmxnet3", .ok), ("strange", .warn)])
  func `merging: some drivers refuse a program then, some turn it off`(driver: String, status: Finding.Status) {
    func finding(_ examination: Examination, _ mode: Configuration.Mode = .auto) -> Finding? {
      examination.finding(.largeReceiveOffload) {
        $0.survey.driver = .value(.named(driver))
        $0.survey.features = .value(.with(["rx-lro": true]))
        if !$0.setup.isRunning { $0.setup.mode = mode }
      }
    }
    #expect(finding(healthy)?.status == status)
    #expect(finding(healthy, .generic)?.status == .ok)
    // One that runs has been taken.
    #expect(finding(.running)?.status == .warn)
  }

  @Test func `virtio_net turns merging off where its host lets it`() {
    func finding(_ virtio: VirtioFeatures) -> Finding? {
      healthy.finding(.hardwareGRO) {
        $0.survey.driver = .value(.named("virtio_net"))
        $0.survey.features = .value(.with(["rx-gro-hw": true]))
        $0.virtio = .value(virtio)
      }
    }
    #expect(finding([.guestOffloadControl])?.status == .ok)
    #expect(finding([])?.status == .warn)
  }

  @Test func `a VLAN filter, unless somebody has seen to it`() {
    func finding(isChangeable: Bool, _ spoil: (inout Examination) -> Void = { _ in }) -> Finding? {
      healthy.finding(.vlanFilter) {
        let filter = DeviceFeature(isActive: true, isChangeable: isChangeable)
        $0.survey.features = .value(DeviceFeatures(byName: ["rx-vlan-filter": filter]))
        spoil(&$0)
      }
    }
    #expect(
      finding(isChangeable: true)?.remedy
        == Remedy(ours: "reflector-xdp tune eth0", plain: "ethtool -K eth0 rx-vlan-filter off"))
    let fixed = finding(isChangeable: false)
    #expect(fixed?.status == .warn && fixed?.remedy?.plain == "ip link set dev eth0 promisc on")
    #expect(finding(isChangeable: false) { $0.survey.interface.isPromiscuous = true }?.status == .ok)
    #expect(finding(isChangeable: false) { $0.vlanDevices = ["eth0.100"] }?.value == "on; there is eth0.100")
    #expect(
      healthy.finding(.vlanFilter) { $0.survey.features = .value(.with(["rx-vlan-filter": false])) }?.status == .ok)
    #expect(healthy.findings(.vlanFilter) == [])
  }

  @Test func `features that can't be read are unknown once`() {
    #expect(healthy.findings(.vlanStripping) { $0.survey.features = .unknown("no") }.map(\.status) == [.unknown])
    #expect(healthy.findings(.largeReceiveOffload) { $0.survey.features = .unknown("no") } == [])
  }

  @Test func `a veth's far end: off, on with its command, or out of sight`() {
    let veth = Examination.veth
    #expect(veth.finding(.peerChecksum)?.value == "off at tx0 in near")
    let on = VethPeer(
      interface: "tx0", namespace: "near", mtu: 1500,
      transmitChecksum: DeviceFeature(isActive: true, isChangeable: true))
    let finding = veth.finding(.peerChecksum) { $0.peer = .value(on) }
    #expect(finding?.status == .warn && finding?.remedy?.plain == "ip netns exec near ethtool -K tx0 tx off")
    #expect(veth.finding(.peerChecksum) { $0.peer = .unknown("gone") }?.status == .unknown)
    #expect(veth.findings(.vlanStripping) == [])
    #expect(healthy.findings(.peerChecksum) == [])
  }

  @Test func `pause frames`() {
    #expect(healthy.finding(.pause)?.status == .ok)
    let finding = healthy.finding(.pause) {
      $0.survey.pause = .value(PauseSettings(isAutonegotiated: true, receive: true, transmit: false))
    }
    #expect(finding?.status == .warn && finding?.remedy?.plain == "ethtool -A eth0 autoneg off rx off tx off")
    let ice = healthy.finding(.pause) {
      $0.survey.driver = .value(.named("ice"))
      $0.survey.pause = .value(PauseSettings(isAutonegotiated: true, receive: true, transmit: false))
    }
    #expect(ice?.remedy?.plain == "ethtool -A eth0 rx off tx off")
    #expect(healthy.findings(.pause) { $0.survey.pause = .absent } == [])
  }

  @Test func `drops, by what their names mean`() {
    #expect(healthy.finding(.nicDrops)?.value == "none counted")
    let finding = healthy.finding(.nicDrops) {
      $0.survey.statistics = .value([
        NICStatistic(name: "rx_missed_errors", value: 5), NICStatistic(name: "rx_packets", value: 7),
      ])
      $0.laterStatistics = .value([
        NICStatistic(name: "rx_missed_errors", value: 9), NICStatistic(name: "rx_crc_errors", value: 1),
      ])
    }
    #expect(finding?.status == .warn && finding?.value == "rx_missed_errors 9 (+4), rx_crc_errors 1 (+1)")
    #expect(finding?.why.contains("RX ring was full") == true && finding?.why.contains("cable") == true)
    #expect(finding?.remedy == Remedy(ours: "reflector-xdp tune eth0", plain: "ethtool -S eth0"))
    let damaged = healthy.finding(.nicDrops) {
      $0.survey.statistics = .value([NICStatistic(name: "rx_crc_errors", value: 5)])
    }
    #expect(damaged?.remedy == Remedy(plain: "ethtool -S eth0"))
    let old = healthy.finding(.nicDrops) {
      $0.survey.statistics = .value([NICStatistic(name: "rx_missed_errors", value: 5)])
      $0.laterStatistics = $0.survey.statistics
    }
    #expect(old?.value == "rx_missed_errors 5; not growing now")
    #expect(healthy.findings(.nicDrops) { $0.survey.statistics = .absent } == [])
    #expect(healthy.finding(.nicDrops) { $0.survey.statistics = .unknown("no") }?.status == .unknown)
  }

  @Test(arguments: [
    ("rx_queue_0_drops", DropCounters.Meaning.noDescriptor), ("rx_queue_3_xdp_drops", .program),
    ("rx0_xdp_drop", .program), ("rx_queue_1_alloc_failed", .noMemory), ("rx_out_of_buffer", .noDescriptor),
    ("tx_queue_0_dropped", .transmit), ("rx_no_buffer_count", .noDescriptor), ("rx_fifo_errors", .overrun),
  ])
  func `names of drop counters`(name: String, meaning: DropCounters.Meaning) {
    #expect(DropCounters.meaning(of: name) == meaning)
  }

  @Test(arguments: [
    "rx_packets", "tx_queue_0_packets", "rx_queue_0_bytes", "rx_queue_0_xdp_packets", "drops",
    "rx_queue_0_xdp_redirects",
  ])
  func `names of other counters`(name: String) {
    #expect(DropCounters.meaning(of: name) == nil)
  }
}
