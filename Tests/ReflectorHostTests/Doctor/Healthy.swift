import CLinux
import LinuxSystem
@testable import ReflectorHost
@testable import ReflectorXDP
@testable import XDPControl

/// A host on which nothing is left to be wished for: an igb with four queues on node 0 of a machine with four cores.
/// Tests spoil one thing at a time.
extension Examination {
  static var healthy: Examination {
    let survey = HostSurvey.healthy
    return Examination(
      survey: survey, setup: ReflectorSetup(Configuration(interface: "eth0"), on: survey),
      commands: HostCommands(interface: "eth0", namespace: nil))
  }

  /// With a reflector that runs, natively and with zero-copy on all queues, and 1,000 frames a queue in a second.
  static var running: Examination {
    var examination = healthy
    examination.run(.earlier, .later)
    examination.survey.attachedProgram = .value(.init(id: 7, name: "reflector", isOurs: true))
    examination.survey.xskHolders = [XSKHolder(pid: 812, name: "reflector-xdp")]
    return examination
  }

  /// A veth in a namespace, as in a lab.
  static var veth: Examination {
    var examination = healthy
    examination.survey = .veth
    examination.setup = ReflectorSetup(Configuration(interface: "rx0"), on: .veth)
    examination.commands = HostCommands(interface: "rx0", namespace: "far")
    examination.peer = .value(
      VethPeer(
        interface: "tx0", namespace: "near", mtu: 1500,
        transmitChecksum: DeviceFeature(isActive: false, isChangeable: true)))
    return examination
  }

  mutating func run(_ earlier: Statistics, _ later: Statistics) {
    accounts = .value(AccountsInterval(earlier, later))
    setup = ReflectorSetup(running: later, Configuration(interface: "eth0"))
  }

  /// What the checks find when `spoil` is done to this one.
  func findings(_ check: Check, _ spoil: (inout Examination) -> Void = { _ in }) -> [Finding] {
    var copy = self
    spoil(&copy)
    return Diagnosis(copy).findings.filter { $0.check == check }
  }

  /// The only one on that check; nil when there is none, or several.
  func finding(_ check: Check, _ spoil: (inout Examination) -> Void = { _ in }) -> Finding? {
    let all = findings(check, spoil)
    return all.count == 1 ? all[0] : nil
  }

  func bottleneck(_ spoil: (inout Examination) -> Void = { _ in }) -> Bottleneck? {
    var copy = self
    spoil(&copy)
    return Diagnosis(copy).bottleneck
  }
}

extension HostSurvey {
  static var healthy: HostSurvey {
    HostSurvey(
      interface: Interface(
        name: "eth0", index: 2, hardwareAddress: HardwareAddress([2, 0, 0, 0, 0, 1]), mtu: 1500, isUp: true,
        hasCarrier: true, receiveQueues: 8, transmitQueues: 8),
      requestedName: "eth0", namespace: nil,
      driver: .value(.named("igb", bus: "0000:01:00.0")),
      xdpFeatures: .value(.claiming([.basic, .redirect, .ndoXmit, .xskZeroCopy])),
      channels: .value(.combined(4, of: 8)), receiveQueues: .value(.inUse(4, of: 8)), transmitQueues: .value(4),
      rings: .value(RingSizes(receive: 1024, transmit: 1024, receiveMaximum: 4096, transmitMaximum: 4096)),
      coalescing: .value(Coalescing(receiveMicroseconds: 3)),
      rss: .value(RSSTable(queues: (0..<128).map { $0 % 4 })),
      hashFields: [.udp4: .value(.addressesAndPorts), .udp6: .value(.addressesAndPorts)],
      features: .value(.with(["rx-lro": false, "rx-gro-hw": false, "rx-vlan-hw-parse": false])),
      peerTransmitChecksum: .absent,
      pause: .value(PauseSettings(isAutonegotiated: true, receive: false, transmit: false)), speed: .value(1000),
      napi: .value(NAPISettings(deferHardIRQs: 0, groFlushTimeout: 0)),
      interrupts: .value((0..<4).map { .pinned(number: 24 + $0, name: "eth0-TxRx-\($0)", cpu: $0) }),
      statistics: .value([NICStatistic(name: "rx_packets", value: 9), NICStatistic(name: "rx_missed_errors", value: 0)]
      ),
      numaNode: .value(0), kernel: .value(KernelRelease(6, 18)), cpus: .value((0..<4).map { .core($0) }),
      allowedCPUs: .value([0, 1, 2, 3]), turbo: .value(.init(isOn: true)), irqbalance: .absent,
      hugePages: .value(HugePages(total: 0, free: 0, pageSize: 2 << 20)), memoryLock: .value(8 << 20),
      capabilities: .value(Capabilities(effective: .max)), bpf: .value(.present), afXDP: .value(.present),
      hasBPFFileSystem: .value(true), attachedProgram: .absent, xskHolders: [])
  }

  /// As a namespace of this kernel shows one: no rings, no interrupts, no RSS, one queue.
  static var veth: HostSurvey {
    var survey = healthy
    survey.interface = Interface(
      name: "rx0", index: 2, hardwareAddress: HardwareAddress([2, 0, 0, 0, 0, 2]), mtu: 1500, isUp: true,
      hasCarrier: true, kind: "veth", receiveQueues: 1, transmitQueues: 1, linkIndex: 2, linkNamespace: 0)
    survey.requestedName = "rx0"
    survey.namespace = "far"
    survey.driver = .value(.named("veth"))
    survey.xdpFeatures = .value(.claiming([.basic, .redirect]))
    survey.channels = .value(.combined(1, of: 1))
    survey.receiveQueues = .value(.inUse(1, of: 1))
    survey.transmitQueues = .value(1)
    survey.rings = .absent
    survey.coalescing = .absent
    survey.rss = .absent
    survey.hashFields = [.udp4: .absent, .udp6: .absent]
    survey.features = .value(.with(["rx-vlan-hw-parse": true, "tx-checksum-ip-generic": false]))
    survey.pause = .absent
    survey.speed = .value(10_000)
    survey.interrupts = .absent
    survey.statistics = .value([NICStatistic(name: "rx_queue_0_drops", value: 0)])
    survey.numaNode = .absent
    survey.cpus = .value(
      (0..<2).map { CPU(index: $0, siblings: [$0], numaNode: nil, isIsolated: false, governor: nil) })
    survey.allowedCPUs = .value([0, 1])
    survey.turbo = .absent
    return survey
  }
}

extension Driver {
  static func named(_ name: String, bus: String = "0000:01:00.0") -> Driver {
    var information = ethtool_drvinfo()
    withUnsafeMutableBytes(of: &information.driver) { $0.copyBytes(from: name.utf8) }
    withUnsafeMutableBytes(of: &information.bus_info) { $0.copyBytes(from: bus.utf8) }
    return Driver(information)!
  }
}

extension XDPFeatures {
  static func claiming(_ actions: Actions) -> XDPFeatures {
    // Attribute 3, NETDEV_A_DEV_XDP_FEATURES, of 8 bytes.
    let bytes: [UInt8] = [12, 0, 3, 0] + withUnsafeBytes(of: actions.rawValue.littleEndian) { Array($0) }
    return XDPFeatures(bytes.span.bytes)!
  }
}

extension Channels {
  static func combined(_ count: Int, of maximum: Int) -> Channels {
    Channels(current: Counts(combined: count), maximum: Counts(combined: maximum))
  }
}

extension ReceiveQueues {
  static func inUse(_ count: Int, of maximum: Int) -> ReceiveQueues {
    ReceiveQueues(allocated: maximum, real: count, channels: nil, rings: nil)
  }
}

extension DeviceFeatures {
  /// All of them changeable.
  static func with(_ features: [String: Bool]) -> DeviceFeatures {
    DeviceFeatures(byName: features.mapValues { DeviceFeature(isActive: $0, isChangeable: true) })
  }
}

extension Interrupt {
  static func pinned(number: Int, name: String, cpu: Int) -> Interrupt {
    Interrupt(number: number, name: name, allowedCPUs: [cpu], effectiveCPUs: [cpu])
  }
}

extension CPU {
  static func core(_ index: Int, siblings: [Int]? = nil, node: Int = 0, isIsolated: Bool = false) -> CPU {
    CPU(
      index: index, siblings: siblings ?? [index], numaNode: node, isIsolated: isIsolated, governor: "performance")
  }
}

extension Statistics {
  static var earlier: Statistics { account(at: 10, frames: 5000) }
  static var later: Statistics { account(at: 11, frames: 6000) }

  /// Four queues with as many frames each, all of them reflected.
  static func account(at seconds: Double, frames: UInt64) -> Statistics {
    let queues = (0..<4).map { queue in
      Queue(
        queue: queue, bindMode: "zero-copy", cpu: queue, frames: 4096, received: frames, reflected: frames,
        completed: frames, refused: 0, inFlight: 0, rejected: [:], xsk: ["rx_dropped": 0], wakeups: 1, polls: 1,
        batches: 1, held: 0, linkDown: 0)
    }
    return Statistics(
      interface: "eth0", attachMode: "native", datapath: "xsk", reflect: "all", pid: 812, uptimeS: seconds,
      seen: frames * 4 + 100,
      redirected: frames * 4, passed: ["not_ip": 100, "no_socket": 0, "other_port": 0], dropped: [:], rules: [:],
      received: frames * 4, reflected: frames * 4, completed: frames * 4, refused: 0, queues: queues, balanced: true,
      imbalances: [])
  }
}
