package import LinuxSystem
package import XDPControl

/// All that `doctor` and `tune` know of an interface and its host, read at one moment. Pure values: how they are
/// judged and what is changed is decided elsewhere, and tested without a host.
package struct HostSurvey: Sendable {
  package var interface: Interface
  /// As the user wrote it: an altname, maybe.
  package var requestedName: String
  package var namespace: String?

  // The device.
  package var driver: Reading<Driver>
  package var xdpFeatures: Reading<XDPFeatures>
  package var channels: Reading<Channels>
  package var receiveQueues: Reading<ReceiveQueues>
  /// TX queues in use; a queue without one of its number can't reflect in copy mode.
  package var transmitQueues: Reading<Int>
  package var rings: Reading<RingSizes>
  package var coalescing: Reading<Coalescing>
  package var rss: Reading<RSSTable>
  package var hashFields: [HashedFlow: Reading<HashFields>]
  package var features: Reading<DeviceFeatures>
  /// A veth's far end, where it is in the same namespace: its TX checksum offload.
  package var peerTransmitChecksum: Reading<DeviceFeature>
  package var pause: Reading<PauseSettings>
  /// Megabits a second.
  package var speed: Reading<Int>
  package var napi: Reading<NAPISettings>
  package var interrupts: Reading<[Interrupt]>
  package var statistics: Reading<[NICStatistic]>
  package var numaNode: Reading<Int>

  // The host.
  package var kernel: Reading<KernelRelease>
  /// Ascending; only those online.
  package var cpus: Reading<[CPU]>
  /// CPUs that this process may use.
  package var allowedCPUs: Reading<[Int]>
  /// Whether the CPUs may exceed their nominal clock (cpufreq/boost, intel_pstate/no_turbo).
  package var turbo: Reading<CPU.Turbo>
  /// The process id of irqbalance, which moves interrupts that were pinned; absent when it doesn't run.
  package var irqbalance: Reading<Int>
  package var hugePages: Reading<HugePages>
  /// RLIMIT_MEMLOCK in bytes; nil inside for unlimited.
  package var memoryLock: Reading<UInt64?>
  package var capabilities: Reading<Capabilities>
  package var bpf: Reading<XDPProbe.Presence>
  package var afXDP: Reading<XDPProbe.Presence>
  /// Whether /sys/fs/bpf is a mounted bpffs.
  package var hasBPFFileSystem: Reading<Bool>

  // Who else is there.
  /// The name of the program attached to the interface; absent when there is none.
  package var attachedProgram: Reading<AttachedProgram>
  package var xskHolders: [XSKHolder]
  /// False where others' processes may not be looked into: `xskHolders` may lack some of them then.
  package var seesAllProcesses = true

  /// An XDP program on the interface.
  package struct AttachedProgram: Hashable, Sendable {
    package let id: UInt32
    package let name: String
    /// Whether it is a reflector's.
    package let isOurs: Bool

    package init(id: UInt32, name: String, isOurs: Bool) {
      self.id = id
      self.name = name
      self.isOurs = isOurs
    }
  }
}

extension HostSurvey {
  /// Made by software: a veth, a bridge, the loopback. What belongs to the whole host isn't changed for its sake.
  /// The kernel names the bus of all others.
  package var isVirtualDevice: Bool {
    switch driver {
    case .value(let driver): interface.kind != nil || driver.bus == nil
    case .absent: true
    case .unknown: interface.kind != nil
    }
  }
}
