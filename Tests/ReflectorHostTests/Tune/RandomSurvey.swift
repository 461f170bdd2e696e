import LinuxSystem
import ReflectorCore

@testable import ReflectorHost
@testable import XDPControl

/// Devices and hosts of all kinds: anything may be missing, or be set to anything.
struct RandomSurvey {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func isTrue() -> Bool { Bool.random(using: &random) }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func maybe<Value>(_ value: Value) -> Reading<Value> {
    switch number(0...5) {
    case 0: .absent
    case 1: .unknown("EPERM")
    default: .value(value)
    }
  }

  mutating func survey() -> HostSurvey {
    let most = number(1...16)
    let now = number(1...most)
    let cpus = number(1...8)
    let drivers = ["igb", "ice", "virtio_net", "mlx5_core"]
    var survey = HostSurvey.untuned(driver: drivers[number(0...3)], channels: now, maximum: most, cpus: cpus)
    if number(0...4) == 0 {
      survey.interface = Interface(name: "rx0", index: 3, isUp: true, hasCarrier: true, kind: "veth")
    }
    if isTrue() {
      survey.channels = .value(
        Channels(
          current: .init(receive: now, transmit: number(1...most)), maximum: .init(receive: most, transmit: most)))
    }
    survey.rings = maybe(
      RingSizes(receive: number(64...8192), transmit: number(64...8192), receiveMaximum: 8192, transmitMaximum: 8192))
    survey.coalescing = maybe(coalescing())
    survey.pause = maybe(PauseSettings(isAutonegotiated: isTrue(), receive: isTrue(), transmit: isTrue()))
    survey.napi = maybe(isTrue() ? .busyPolling : NAPISettings(deferHardIRQs: 0, groFlushTimeout: 0))
    survey.hugePages = maybe(HugePages(total: 50, free: number(0...50), pageSize: 2 << 20))
    survey.peerTransmitChecksum = maybe(DeviceFeature(isActive: isTrue(), isChangeable: isTrue()))
    survey.hashFields = [.udp4: maybe(HashFields(rawValue: UInt64(number(0...127)) * 2)), .udp6: .absent]
    survey.features = maybe(features())
    if isTrue() { survey.interrupts = .absent } else { survey.interrupts = .value(FakeHost.interrupts(now)) }
    if number(0...3) == 0 { survey.rss = .absent }
    return survey
  }

  private mutating func coalescing() -> Coalescing {
    Coalescing(
      receiveMicroseconds: isTrue() ? UInt32(number(0...100)) : nil,
      transmitMicroseconds: isTrue() ? UInt32(number(0...100)) : nil, isReceiveAdaptive: isTrue() ? isTrue() : nil)
  }

  private mutating func features() -> DeviceFeatures {
    var byName: [String: DeviceFeature] = [:]
    for name in TuningProfile.harmfulFeatures + ["rx-gro"] where isTrue() {
      byName[name] = DeviceFeature(isActive: isTrue(), isChangeable: isTrue())
    }
    return DeviceFeatures(byName: byName)
  }

  mutating func request() -> TuningRequest {
    var request = TuningRequest(profile: isTrue() ? .throughput : .latency)
    if number(0...3) == 0 { request.queues = [0, 1] }
    if number(0...3) == 0 { request.cpus = [0] }
    request.frames = 64 << number(0...10)
    if number(0...3) == 0 { request.skipped = [Setting.Group.allCases[number(0...10)]] }
    return request
  }
}
