internal import Glibc
internal import LinuxSystem
package import ReflectorXDP
internal import SystemPackage
package import XDPControl

/// The interface and the host that this program runs on, in the calling thread's network namespace.
package struct LiveHost: TunedHost {
  /// Names change, also while it is being tuned.
  private let index: CInt
  private let namespace: String?

  package init(_ interface: Interface, namespace: String?) {
    index = interface.index
    self.namespace = namespace
  }

  package func survey() throws(ReflectorError) -> HostSurvey {
    let name = (try? interface())?.name ?? "#\(index)"
    return try HostSurvey.read(interface: name, namespace: namespace)
  }

  package func apply(_ setting: Setting, _ value: SettingValue) throws(SettingRefusal) {
    do throws(any Error) {
      if setting.isHostWide {
        try applyToHost(setting, value)
      } else {
        try apply(setting, value, to: interface())
      }
    } catch {
      throw SettingRefusal(anything: error, "set \(setting)")
    }
  }

  private func interface() throws(InterfaceError) -> Interface { try Interface.find(index: index) }

  private func apply(_ setting: Setting, _ value: SettingValue, to interface: Interface) throws {
    switch (setting, value) {
    case (.feature(let name), .isOn(let isOn)): try DeviceFeatures.set([name: isOn], of: interface)
    case (.peerChecksum, .isOn(let isOn)): try setPeerChecksum(isOn, interface)
    case (.pause, .pause(let pause)): try PauseSettings.set(pause, of: interface)
    case (.rings, .rings(let rings)): try RingSizes.set(rings, of: interface)
    case (.channels, .channels(let counts)): try setChannels(counts, interface)
    case (.rssTable, .table(let table)): try setTable(table, interface)
    case (.hashFields(let flow), .hashFields(let fields)): try HashFields.set(fields, for: flow, of: interface)
    case (.coalescing, .coalescing(let coalescing)): try Coalescing.set(coalescing, of: interface)
    case (.interrupt(let number), .cpus(let cpus)):
      try Interrupt.setAllowedCPUs(cpus, ofInterrupt: number, in: Procfs())
    case (.napi, .napi(let napi)): try setNAPI(napi, interface)
    default: throw SettingRefusal("set \(setting) to \(value)", .invalidArgument)
    }
  }

  private func applyToHost(_ setting: Setting, _ value: SettingValue) throws {
    switch (setting, value) {
    case (.governor(let cpu), .governor(let name)): try CPU.setGovernor(name, ofCPU: cpu, in: Sysfs())
    case (.hugePages, .pages(let count)): try HugePages.setTotal(count, in: Procfs())
    default: throw SettingRefusal("set \(setting) to \(value)", .invalidArgument)
    }
  }

  /// A veth's far end in this namespace.
  private func setPeerChecksum(_ isOn: Bool, _ interface: Interface) throws {
    guard let index = interface.peerIndex else {
      throw SettingRefusal("find the far end of \(interface.name)", .noSuchFileOrDirectory)
    }
    let peer = try Interface.find(index: index)
    let names = ["tx-checksum-ip-generic", "tx-checksum-ipv4", "tx-checksum-ipv6"]
    let features = try DeviceFeatures.of(index: index)
    let changeable = names.filter { features?.byName[$0]?.isChangeable == true }
    try DeviceFeatures.set(Dictionary(uniqueKeysWithValues: changeable.map { ($0, isOn) }), of: peer)
  }

  /// With fewer channels the kernel wants the RSS table to name none of those that go (EINVAL). A table that is the
  /// driver's own follows by itself; one of somebody's own is set to what will be left.
  private func setChannels(_ counts: SettingValue.ChannelCounts, _ interface: Interface) throws {
    let left = counts.receiveQueues
    if let table = try RSSTable.of(interface), table.queues.contains(where: { $0 >= left }) {
      // The driver's own first: it doesn't count as somebody's.
      try? RSSTable.reset(of: interface)
      do {
        return try set(counts, interface)
      } catch {
        try RSSTable.set(.equal(over: Array(0..<max(1, left)), slots: table.queues.count), of: interface)
      }
    }
    try set(counts, interface)
  }

  private func set(_ counts: SettingValue.ChannelCounts, _ interface: Interface) throws {
    guard let other = try Channels.of(interface)?.current.other else {
      throw SettingRefusal("set the channels of \(interface.name)", .notSupportedOnSocket)
    }
    let wanted = Channels.Counts(
      combined: counts.combined, receive: counts.receive, transmit: counts.transmit, other: other)
    let deadline = MonotonicClock.nanoseconds + Self.socketPatience
    while let refusal = Self.refusal(of: wanted, interface) {
      let isSocket = refusal.kernelMessage?.contains("AF_XDP") ?? false
      guard isSocket, MonotonicClock.nanoseconds < deadline else { throw refusal }
      usleep(20_000)
    }
  }

  private static func refusal(of wanted: Channels.Counts, _ interface: Interface) -> NetlinkError? {
    do throws(NetlinkError) {
      try Channels.set(wanted, of: interface)
      return nil
    } catch {
      return error
    }
  }

  /// The kernel takes closed sockets down in the background, and until then keeps their queues: those of a reflector
  /// that has just ended, or was killed.
  private static let socketPatience: UInt64 = 5_000_000_000

  /// A table that is the driver's own goes back to being that: it follows the channels then, and lets them be made
  /// fewer. One that names all queues alike may be it; whether it is shows when it has been asked for. What is there
  /// already isn't touched: on an igb, new channels bring a table of its own which the kernel's default isn't.
  private func setTable(_ table: RSSTable, _ interface: Interface) throws {
    guard try RSSTable.of(interface) != table else { return }
    let queues = try ReceiveQueues.of(interface).inUse
    if table.isEqual(over: Array(0..<queues)) {
      try? RSSTable.reset(of: interface)
      if try RSSTable.of(interface) == table { return }
    }
    try RSSTable.set(table, of: interface)
  }

  private func setNAPI(_ napi: NAPISettings, _ interface: Interface) throws {
    let device = try Sysfs().directory("class/net/\(interface.name)")
    let former = NAPISettings(in: device)
    do {
      try napi.apply(in: device)
    } catch {
      // Both or none.
      try? former?.apply(in: device)
      throw error
    }
  }
}

extension SettingRefusal {
  /// Of whatever a setter throws.
  fileprivate init(anything error: any Error, _ operation: String) {
    switch error {
    case let error as SettingRefusal: self = error
    case let error as NetlinkError: self.init(error)
    case let error as SystemCallError: self.init(error)
    case let error as DeviceFeaturesError:
      switch error {
      case .kernel(let cause): self.init(cause)
      case .unchanged(let operation, let features):
        self.init(operation, .invalidArgument, words: features.map(\.description).joined(separator: ", "))
      }
    case let error as InterfaceError:
      switch error {
      case .kernel(let cause): self.init(cause)
      case .notFound: self.init(operation, .noSuchFileOrDirectory, words: "\(error)")
      }
    default: self.init(operation, .ioError, words: "\(error)")
    }
  }
}
