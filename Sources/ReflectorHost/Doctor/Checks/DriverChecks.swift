internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// The driver, and what of XDP is to be had from it.
enum DriverChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    let native = nativeXDP(examination)
    // Where there is no native XDP, nobody expects zero-copy.
    let isPossible = native.status == .ok || native.status == .unknown || examination.setup.mode == .zeroCopy
    return [driver(examination), native] + (isPossible ? [zeroCopy(examination)] : []) + xdpChannels(examination)
  }

  private static func driver(_ examination: Examination) -> Finding {
    switch examination.survey.driver {
    case .value(let driver):
      let parts = [
        driver.name, driver.firmware.map { "firmware \($0)" }, driver.bus.flatMap { $0.contains(":") ? $0 : nil },
      ]
      return .ok(.driver, parts.compactMap { $0 }.joined(separator: ", "))
    case .absent: return .ok(.driver, "none")
    case .unknown(let reason): return .unknown(.driver, reason)
    }
  }

  private static func nativeXDP(_ examination: Examination) -> Finding {
    if let attached = examination.accounts.value?.later.attachMode, attached == "native" {
      return .ok(.nativeXDP, "attached natively")
    }
    switch examination.survey.xdpFeatures {
    case .value(let features) where features.actions.isSuperset(of: [.basic, .redirect]):
      return examination.setup.isRunning
        ? .warn(
          .nativeXDP, "claimed by the driver, but attached generic",
          examination.commands.attach(examination.setup.reflectsInKernel ? "--datapath kernel" : "--mode copy"))
        : virtioOffloads(examination) ?? .ok(.nativeXDP, "claimed by the driver")
    case .value, .absent: return noNativeXDP(examination)
    case .unknown(let reason): return .unknown(.nativeXDP, reason)
    }
  }

  /// The kernel's word is no, or it has none (before 6.3): then what is known of the driver.
  private static func noNativeXDP(_ examination: Examination) -> Finding {
    let wants = [.zeroCopy, .copy].contains(examination.setup.mode)
    let generic = examination.commands.attach("--mode generic")
    if case .value = examination.survey.xdpFeatures {
      if examination.interface.kind == "veth", !wants { return vethQueues(examination) }
      let value = "the driver has none" + since(examination.knowledge?.native, examination)
      if wants { return .fail(.nativeXDP, value, generic) }
      return examination.survey.isVirtualDevice && examination.knowledge == nil
        ? .ok(.nativeXDP, value + "; generic it is") : .warn(.nativeXDP, value)
    }
    guard let knowledge = examination.knowledge else {
      return .unknown(.nativeXDP, "the kernel doesn't tell (Linux 6.3 does); attach shows it")
    }
    guard let since = knowledge.native.since else {
      return wants
        ? .fail(.nativeXDP, "\(knowledge.name) has none", generic) : .warn(.nativeXDP, "\(knowledge.name) has none")
    }
    return .ok(.nativeXDP, "\(knowledge.name) has it since Linux \(since)")
  }

  /// A veth takes a native program when each TX queue of the far end has an RX queue here (veth_set_xdp_features).
  private static func vethQueues(_ examination: Examination) -> Finding {
    let queues = examination.survey.receiveQueues.value
    let canGrow = queues.map { $0.inUse < $0.maximum } ?? false
    let grow = queues.map { examination.commands.ethtool("-L", "rx \($0.maximum) tx \($0.maximum)") }
    let shrink = examination.peer.value.flatMap { peer in
      queues.map { peer.commands.ethtool("-L", "rx \($0.inUse) tx \($0.inUse)") }
    }
    return .warn(
      .nativeXDP, "none: the far end has more TX queues than there are RX queues here",
      canGrow ? grow.map { examination.commands.tune($0) } : shrink.map { Remedy(plain: $0) })
  }

  /// `; igb has it since Linux 5.10`, where that is news.
  private static func since(_ support: DriverKnowledge.Support?, _ examination: Examination) -> String {
    guard let since = support?.since, let name = examination.knowledge?.name else { return "" }
    return "; \(name) has it since Linux \(since)"
  }

  /// virtio_net refuses a program while the host merges frames and the driver can't stop that.
  private static func virtioOffloads(_ examination: Examination) -> Finding? {
    guard let virtio = examination.virtio.value, !virtio.contains(.guestOffloadControl),
      examination.survey.features.value?.byName["rx-gro-hw"]?.isActive == true
    else { return nil }
    return .warn(
      .nativeXDP, "claimed; refused while the host merges frames (guest_tso4, guest_tso6)",
      why: "The device has no ctrl_guest_offloads, so the driver can't switch that off.",
      Remedy(plain: "qemu … -device virtio-net-pci,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,…"))
  }

  /// Where a driver has a rule, and native XDP is wanted and not yet had.
  private static func xdpChannels(_ examination: Examination) -> [Finding] {
    guard !examination.setup.isRunning, examination.setup.mode != .generic,
      let channels = examination.survey.channels.value, let knowledge = examination.knowledge
    else { return [] }
    let (now, most) = (channels.current.receiveQueues, channels.maximum.receiveQueues)
    let value = "\(now) of \(most) in use"
    switch knowledge.channels {
    case .any: return []
    case .half:
      guard now > most / 2 else { return [.ok(.xdpChannels, value)] }
      return [few(value, "\(knowledge.name) refuses XDP with more than half of them in use.", most / 2, examination)]
    case .oneForEachCPU:
      guard let kernel = examination.survey.kernel.value, kernel < KernelRelease(6, 1) else { return [] }
      let cpus = examination.survey.cpus.value?.count ?? 1
      guard now + cpus > most else { return [.ok(.xdpChannels, value)] }
      return [few(value, "Before Linux 6.1 \(knowledge.name) wants one more for each CPU.", most - cpus, examination)]
    }
  }

  private static func few(_ value: String, _ why: String, _ possible: Int, _ examination: Examination) -> Finding {
    let plain = possible > 0 ? examination.commands.ethtool("-L", "combined \(possible)") : nil
    return .fail(
      .xdpChannels, value, why: why, Remedy(ours: examination.commands.ours("attach", "--mode generic"), plain: plain))
  }

  // MARK: Zero-copy

  private static func zeroCopy(_ examination: Examination) -> Finding {
    if examination.setup.reflectsInKernel { return .ok(.zeroCopy, "not needed: the kernel datapath has no sockets") }
    if let accounts = examination.accounts.value?.later { return bound(accounts, examination) }
    switch examination.survey.xdpFeatures {
    case .value(let features) where features.actions.contains(.xskZeroCopy):
      return virtioLacks(examination) ?? .ok(.zeroCopy, "claimed by the driver" + remark(examination))
    case .value, .absent: return noZeroCopy(examination)
    case .unknown(let reason): return .unknown(.zeroCopy, reason)
    }
  }

  /// The sockets' own word.
  private static func bound(_ accounts: Statistics, _ examination: Examination) -> Finding {
    let copied = accounts.queues.filter { $0.bindMode == "copy" }.map(\.queue)
    guard !copied.isEmpty else { return .ok(.zeroCopy, "bound on every queue") }
    let value = "queue\(copied.count == 1 ? "" : "s") \(IndexList(unique: copied)) bound in copy mode"
    let isClaimed = examination.survey.xdpFeatures.value?.actions.contains(.xskZeroCopy) == true
    guard isClaimed else { return examination.survey.isVirtualDevice ? .ok(.zeroCopy, value) : .warn(.zeroCopy, value) }
    return virtioLacks(examination)
      ?? .warn(
        .zeroCopy, value + ", though the driver claims zero-copy", examination.commands.attach("--mode zero-copy"))
  }

  private static func noZeroCopy(_ examination: Examination) -> Finding {
    let known = examination.knowledge?.zeroCopy
    if case .absent = examination.survey.xdpFeatures, let since = known?.since, let name = examination.knowledge?.name {
      return .ok(.zeroCopy, "\(name) has it since Linux \(since); attach shows whether this one does")
    }
    if case .absent = examination.survey.xdpFeatures, known == nil {
      return .unknown(.zeroCopy, "the kernel doesn't tell (Linux 6.3 does); attach shows it")
    }
    let value = "the driver has none" + since(known, examination)
    if examination.setup.mode == .zeroCopy {
      return .fail(.zeroCopy, value, examination.commands.attach("--mode copy"))
    }
    return examination.survey.isVirtualDevice ? .ok(.zeroCopy, value + "; copy it is") : .warn(.zeroCopy, value)
  }

  /// What a virtio device lacks for a claim to come true.
  private static func virtioLacks(_ examination: Examination) -> Finding? {
    guard examination.survey.driver.value?.name == "virtio_net" else { return nil }
    switch examination.virtio {
    case .absent: return nil
    case .unknown(let reason): return .unknown(.zeroCopy, "claimed by virtio_net, which always does; \(reason)")
    case .value(let features):
      let needs = VirtioFeatures.zeroCopyNeeds.filter { !features.contains($0.feature) }
      guard let first = needs.first else { return nil }
      let options = needs.map { "\($0.option)=on," }.joined()
      let plain = "qemu … -device virtio-net-pci,\(options)disable-legacy=on,…"
      let lacks = needs.map(\.option).joined(separator: " and ")
      let value = "claimed, but the virtual NIC lacks \(lacks): the bind ends with \(first.errno.name)"
      return examination.setup.mode == .zeroCopy
        ? .fail(.zeroCopy, value, Remedy(plain: plain)) : .warn(.zeroCopy, value, Remedy(plain: plain))
    }
  }

  private static func remark(_ examination: Examination) -> String {
    examination.knowledge?.name == "igb" ? "; the first bind takes seconds and drops the link" : ""
  }
}
