internal import LinuxSystem
internal import XDPControl

extension HostSurvey {
  /// What a setting is set to now; nil where there is no such thing, or it can't be read.
  package func value(of setting: Setting) -> SettingValue? {
    switch setting {
    case .feature(let name): features.value?.byName[name].map { .isOn($0.isActive) }
    case .peerChecksum: peerTransmitChecksum.value.map { .isOn($0.isActive) }
    case .pause: pause.value.map(SettingValue.pause)
    case .rings:
      rings.value.map {
        .rings(RingSizes(receive: $0.receive, transmit: $0.transmit, receiveMaximum: nil, transmitMaximum: nil))
      }
    case .channels: channels.value.map { .channels(SettingValue.ChannelCounts($0.current)) }
    case .rssTable: rss.value.map(SettingValue.table)
    case .hashFields(let flow): hashFields[flow]?.value.map(SettingValue.hashFields)
    case .coalescing: coalescing.value.map(SettingValue.coalescing)
    case .interrupt(let number):
      interrupts.value?.first { $0.number == number }.map { .cpus($0.allowedCPUs) }
    case .napi: napi.value.map(SettingValue.napi)
    case .governor(let cpu): cpus.value?.first { $0.index == cpu }?.governor.map(SettingValue.governor)
    case .hugePages: hugePages.value.map { .pages($0.total) }
    }
  }
}
