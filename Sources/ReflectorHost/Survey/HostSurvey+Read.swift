internal import LinuxSystem
package import ReflectorXDP
internal import XDPControl

extension HostSurvey {
  /// Reads all of it, in the network namespace where the calling thread is; `namespace` is its name for messages.
  ///
  /// Nothing but a missing interface ends it: what couldn't be read is ``Reading/unknown(_:)`` with the reason. It
  /// changes nothing, and needs no capability; without CAP_SYS_ADMIN a program's name stays unseen, and without
  /// CAP_SYS_PTRACE other users' AF_XDP sockets.
  package static func read(interface name: String, namespace: String?) throws(ReflectorError) -> HostSurvey {
    let interface = try Place.interface(name, namespace: namespace)
    let hashed = HashedFlow.allCases.map { flow in (flow, Reading { try HashFields.of(flow, interface) }) }
    return HostSurvey(
      interface: interface, requestedName: name, namespace: namespace,
      driver: Reading { try Driver.of(interface) },
      xdpFeatures: Reading { try XDPFeatures.of(interface) },
      channels: Reading { try Channels.of(interface) },
      receiveQueues: Reading { try ReceiveQueues.of(interface) },
      transmitQueues: Reading { interface.realTransmitQueues(in: try Sysfs()) },
      rings: Reading { try RingSizes.of(interface) },
      coalescing: Reading { try Coalescing.of(interface) },
      rss: Reading { try RSSTable.of(interface) },
      hashFields: Dictionary(uniqueKeysWithValues: hashed),
      features: Reading { try DeviceFeatures.of(index: interface.index) },
      peerTransmitChecksum: Reading { try DeviceFeatures.peerTransmitChecksum(of: interface) },
      pause: Reading { try PauseSettings.of(interface) },
      speed: Reading { try interface.speed() },
      napi: Reading { NAPISettings(in: try Sysfs().directory("class/net/\(interface.name)")) },
      interrupts: Reading { try Interrupt.all(ofInterface: interface.name, sysfs: Sysfs(), procfs: Procfs()) },
      statistics: Reading { try NICStatistic.all(of: interface) },
      numaNode: Reading { interface.numaNode(in: try Sysfs()) },
      kernel: Reading { KernelRelease.current },
      cpus: Reading { try CPU.all(in: Sysfs()) },
      allowedCPUs: Reading { try IndexList.allowedCPUs().indices },
      turbo: Reading { try CPU.turbo(in: Sysfs()) },
      irqbalance: Reading { try Processes.first(named: "irqbalance", in: Procfs()) },
      hugePages: Reading { try HugePages.read(in: Procfs()) },
      memoryLock: Reading { .some(try MemoryLock.limit()) },
      capabilities: Reading { Capabilities.current() },
      bpf: Reading { try XDPProbe.bpf() },
      afXDP: Reading { try XDPProbe.afXDP() },
      hasBPFFileSystem: .value(BPFFileSystem.contains(BPFFileSystem.mountPoint)),
      attachedProgram: AttachedProgram.on(interface),
      xskHolders: XSKHolder.all(), seesAllProcesses: XSKHolder.canSeeAll)
  }
}

extension HostSurvey.AttachedProgram {
  /// What is attached in whatever mode; of several the one that sees frames first.
  fileprivate static func on(_ interface: Interface) -> Reading<Self> {
    guard let attachment = interface.xdp else { return .absent }
    guard let id = attachment.programID else { return .unknown("the kernel names no program") }
    guard let program = LoadedProgram(id: id) else {
      return .unknown("program \(id) can't be looked at: it takes CAP_SYS_ADMIN, or it has just gone")
    }
    return .value(Self(id: id, name: program.name, isOurs: program.isReflector))
  }
}
