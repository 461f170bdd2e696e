import CLinux
import LinuxSystem
import ReflectorXDP
import SystemPackage

@testable import ReflectorHost
@testable import XDPControl

/// A host made of values, which does what kernels and drivers do: makes new interrupts for new channels, and spreads
/// a table that is its own anew.
final class FakeHost: TunedHost {
  var state: HostSurvey
  var refusals: [Setting: SettingRefusal] = [:]
  /// Settings that are taken and not done.
  var ignored: Set<Setting> = []
  private(set) var applied: [Setting] = []
  /// `netif_is_rxfh_configured`
  private(set) var isTableConfigured = false
  /// Called before each change, as a power cut would come.
  var beforeApplying: ((Setting) -> Void)?

  init(_ state: HostSurvey) { self.state = state }

  func survey() -> HostSurvey { state }

  func apply(_ setting: Setting, _ value: SettingValue) throws(SettingRefusal) {
    beforeApplying?(setting)
    if let refusal = refusals[setting] { throw refusal }
    applied.append(setting)
    if ignored.contains(setting) { return }
    switch (setting, value) {
    case (.channels, .channels(let counts)): setChannels(counts)
    case (.rssTable, .table(let table)):
      // A driver's own table goes back to being that, as LiveHost does by asking for it.
      isTableConfigured = table != ownTable
      state.rss = .value(table)
    default: set(setting, value)
    }
  }

  func forgetApplied() { applied = [] }

  private var ownTable: RSSTable? {
    guard let slots = state.rss.value?.queues.count, let queues = state.receiveQueues.value?.inUse else { return nil }
    return .equal(over: Array(0..<queues), slots: slots)
  }

  private func setChannels(_ counts: SettingValue.ChannelCounts) {
    guard let channels = state.channels.value else { return }
    // A table that names a queue which goes is given back first.
    if let most = state.rss.value?.queues.max(), Int(most) >= counts.receiveQueues { isTableConfigured = false }
    var now = channels.current
    now.combined = counts.combined
    now.receive = counts.receive
    now.transmit = counts.transmit
    state.channels = .value(Channels(current: now, maximum: channels.maximum))
    state.receiveQueues = .value(ReceiveQueues(allocated: 64, real: counts.receiveQueues, channels: nil, rings: nil))
    if !isTableConfigured, let table = ownTable { state.rss = .value(table) }
    if state.interrupts.value?.isEmpty == false { state.interrupts = .value(Self.interrupts(counts.receiveQueues)) }
  }

  /// On all CPUs, as new ones come.
  static func interrupts(_ queues: Int) -> [Interrupt] {
    (0..<queues).map {
      Interrupt(number: 40 + $0, name: "eth0-TxRx-\($0)", allowedCPUs: [0, 1, 2, 3], effectiveCPUs: [0])
    }
  }

  private func set(_ setting: Setting, _ value: SettingValue) {
    switch (setting, value) {
    case (.feature(let name), .isOn(let isOn)):
      var features = state.features.value?.byName ?? [:]
      features[name] = DeviceFeature(isActive: isOn, isChangeable: true)
      state.features = .value(DeviceFeatures(byName: features))
    case (.peerChecksum, .isOn(let isOn)):
      state.peerTransmitChecksum = .value(DeviceFeature(isActive: isOn, isChangeable: true))
    case (.pause, .pause(let pause)): state.pause = .value(pause)
    case (.rings, .rings(let rings)):
      guard var now = state.rings.value else { return }
      now.receive = rings.receive ?? now.receive
      now.transmit = rings.transmit ?? now.transmit
      state.rings = .value(now)
    case (.hashFields(let flow), .hashFields(let fields)): state.hashFields[flow] = .value(fields)
    case (.coalescing, .coalescing(let new)):
      if let now = state.coalescing.value { state.coalescing = .value(Self.join(new, now)) }
    case (.interrupt(let number), .cpus(let cpus)):
      state.interrupts = .value(
        (state.interrupts.value ?? []).map {
          $0.number == number ? Interrupt(number: number, name: $0.name, allowedCPUs: cpus, effectiveCPUs: cpus) : $0
        })
    case (.napi, .napi(let napi)): state.napi = .value(napi)
    case (.governor(let index), .governor(let name)):
      state.cpus = .value((state.cpus.value ?? []).map { $0.index == index ? Self.cpu($0, governor: name) : $0 })
    case (.hugePages, .pages(let count)):
      guard var pages = state.hugePages.value else { return }
      pages.free += count - pages.total
      pages.total = count
      state.hugePages = .value(pages)
    default: break
    }
  }

  private static func join(_ new: Coalescing, _ now: Coalescing) -> Coalescing {
    Coalescing(
      receiveMicroseconds: new.receiveMicroseconds ?? now.receiveMicroseconds,
      receiveFrames: new.receiveFrames ?? now.receiveFrames,
      transmitMicroseconds: new.transmitMicroseconds ?? now.transmitMicroseconds,
      transmitFrames: new.transmitFrames ?? now.transmitFrames,
      isReceiveAdaptive: new.isReceiveAdaptive ?? now.isReceiveAdaptive,
      isTransmitAdaptive: new.isTransmitAdaptive ?? now.isTransmitAdaptive)
  }

  private static func cpu(_ cpu: CPU, governor: String) -> CPU {
    CPU(
      index: cpu.index, siblings: cpu.siblings, numaNode: cpu.numaNode, isIsolated: cpu.isIsolated, governor: governor)
  }
}

extension HostSurvey {
  /// A NIC as it comes out of the box, like an igb, on a host with four CPUs that nobody has tuned.
  static func untuned(driver: String = "igb", channels: Int = 2, maximum: Int = 4, cpus: Int = 4) -> HostSurvey {
    let features = ["rx-lro": false, "rx-vlan-hw-parse": true, "rx-gro": true]
    return HostSurvey(
      interface: Interface(name: "eth0", index: 7, isUp: true, hasCarrier: true), requestedName: "eth0", namespace: nil,
      driver: Self.driver(driver), xdpFeatures: .absent,
      channels: .value(
        Channels(
          current: .init(combined: channels, other: 1), maximum: .init(combined: maximum, other: 1))),
      receiveQueues: .value(ReceiveQueues(allocated: 64, real: channels, channels: nil, rings: nil)),
      transmitQueues: .value(channels),
      rings: .value(RingSizes(receive: 256, transmit: 256, receiveMaximum: 4096, transmitMaximum: 4096)),
      coalescing: .value(Coalescing(receiveMicroseconds: 3, transmitMicroseconds: 0)),
      rss: .value(.equal(over: Array(0..<channels), slots: 128)),
      hashFields: [.udp4: .value([.sourceAddress, .destinationAddress]), .udp6: .value(.addressesAndPorts)],
      features: .value(
        DeviceFeatures(byName: features.mapValues { DeviceFeature(isActive: $0, isChangeable: true) })),
      peerTransmitChecksum: .absent,
      pause: .value(PauseSettings(isAutonegotiated: true, receive: true, transmit: false)),
      speed: .value(1000), napi: .value(NAPISettings(deferHardIRQs: 0, groFlushTimeout: 0)),
      interrupts: .value(FakeHost.interrupts(channels)), statistics: .absent, numaNode: .absent,
      kernel: .value(KernelRelease(6, 18)),
      cpus: .value(
        (0..<cpus).map { CPU(index: $0, siblings: [$0], numaNode: nil, isIsolated: false, governor: "powersave") }),
      allowedCPUs: .value(Array(0..<cpus)), turbo: .absent, irqbalance: .absent,
      hugePages: .value(HugePages(total: 0, free: 0, pageSize: 2 << 20)), memoryLock: .value(nil),
      capabilities: .absent, bpf: .value(.present), afXDP: .value(.present), hasBPFFileSystem: .value(true),
      attachedProgram: .absent, xskHolders: [])
  }

  private static func driver(_ name: String) -> Reading<Driver> {
    var information = ethtool_drvinfo()
    withUnsafeMutableBytes(of: &information.driver) { $0.copyBytes(from: name.utf8) }
    withUnsafeMutableBytes(of: &information.bus_info) { $0.copyBytes(from: "0000:01:00.0".utf8) }
    return Driver(information).map(Reading.value) ?? .absent
  }
}
