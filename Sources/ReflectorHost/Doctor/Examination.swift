package import LinuxSystem
package import ReflectorXDP
package import XDPControl

/// All that the checks go by: the host, and the reflector that runs there or would be attached.
package struct Examination: Sendable {
  package var survey: HostSurvey
  package var setup: ReflectorSetup
  /// The accounts of the reflector that runs, at two moments; absent when none runs.
  package var accounts: Reading<AccountsInterval>
  /// The NIC's own counters at the end of the same time; `survey.statistics` are those at its start.
  package var laterStatistics: Reading<[NICStatistic]>
  /// A virtio device's features; absent for others.
  package var virtio: Reading<VirtioFeatures>
  /// A veth's far end; absent for other interfaces.
  package var peer: Reading<VethPeer>
  /// VLAN devices on the interface.
  package var vlanDevices: [String] = []
  /// What the verifier said the last time that it refused the program; absent when it didn't.
  package var verifierLog: Reading<VerifierLog.Refusal>
  /// Processes that hold the program which is attached, where it is no reflector's.
  package var programHolders: [Process] = []
  /// Processes that print a reflector's accounts again and again.
  package var watchers: Reading<[Process]>
  package var commands: HostCommands

  /// A process by its name, as in a message.
  package struct Process: Hashable, Sendable, CustomStringConvertible {
    package let pid: Int32
    package let name: String

    package init(pid: Int32, name: String) {
      self.pid = pid
      self.name = name
    }

    /// `pid 812 (reflector-xdp)`
    package var description: String { "pid \(pid) (\(name))" }
  }

  package init(
    survey: HostSurvey, setup: ReflectorSetup, accounts: Reading<AccountsInterval> = .absent,
    laterStatistics: Reading<[NICStatistic]> = .absent, virtio: Reading<VirtioFeatures> = .absent,
    peer: Reading<VethPeer> = .absent, verifierLog: Reading<VerifierLog.Refusal> = .absent,
    watchers: Reading<[Process]> = .absent, commands: HostCommands
  ) {
    self.survey = survey
    self.setup = setup
    self.accounts = accounts
    self.laterStatistics = laterStatistics
    self.virtio = virtio
    self.peer = peer
    self.verifierLog = verifierLog
    self.watchers = watchers
    self.commands = commands
  }

  var interface: Interface { survey.interface }
  var knowledge: DriverKnowledge? { survey.driver.value.flatMap { DriverKnowledge.of($0.name) } }
}

/// The accounts of a reflector at the start and at the end of some time.
package struct AccountsInterval: Hashable, Sendable {
  package let earlier: Statistics
  package let later: Statistics
  package var seconds: Double { later.uptimeS - earlier.uptimeS }

  package init(_ earlier: Statistics, _ later: Statistics) {
    self.earlier = earlier
    self.later = later
  }
}

/// How a reflector is attached, or would be.
package struct ReflectorSetup: Hashable, Sendable {
  package var isRunning: Bool
  package var mode: Configuration.Mode
  /// Queues that reflect, ascending.
  package var queues: [Int]
  /// The CPU of each of these queues' workers; nil where a worker isn't pinned, and where there are none.
  package var cpus: [Int?]
  package var frames: Int
  /// Bytes. Not in the maps of one that runs: then what was asked for.
  package var chunkSize: Int
  package var hugePages: Bool
  package var busyPoll: Bool
  /// Whether the program itself sends the frames back: no sockets, no workers, no UMEM.
  package var reflectsInKernel: Bool

  /// What `attach` would make of the configuration on this host.
  package init(_ configuration: Configuration, on survey: HostSurvey) {
    isRunning = false
    mode = configuration.mode
    let received = survey.receiveQueues.value?.inUse ?? 1
    let usable = min(received, survey.transmitQueues.value ?? received)
    queues = configuration.queues ?? Array(0..<usable)
    let candidates = configuration.cpus ?? survey.allowedCPUs.value ?? []
    cpus = queues.indices.map {
      candidates.isEmpty || configuration.datapath == .kernel ? nil : candidates[$0 % candidates.count]
    }
    frames = configuration.frames
    chunkSize = configuration.chunkSize
    hugePages = configuration.hugePages
    busyPoll = configuration.busyPoll
    reflectsInKernel = configuration.datapath == .kernel || configuration.spreads
  }

  /// The one that runs; what its maps don't tell is taken from the configuration.
  package init(running statistics: Statistics, _ configuration: Configuration) {
    let bound = statistics.queues.filter { $0.bindMode != "none" }
    isRunning = true
    mode = statistics.attachMode == "generic" ? .generic : configuration.mode
    queues = bound.map(\.queue)
    cpus = bound.map(\.cpu)
    frames = bound.compactMap(\.frames).max() ?? configuration.frames
    chunkSize = configuration.chunkSize
    hugePages = configuration.hugePages
    busyPoll = configuration.busyPoll
    reflectsInKernel = statistics.datapath == Configuration.Datapath.kernel.rawValue
  }

  /// What `tune` has to be told, so that it tunes for these workers.
  func tuneOptions(_ configuration: Configuration, on survey: HostSurvey) -> String {
    let all = Array(0..<(survey.receiveQueues.value?.inUse ?? queues.count))
    // Those of one that runs are told where attach was told.
    let usual = survey.allowedCPUs.value?.prefix(queues.count)
    let isTold = isRunning && !pinnedCPUs.isEmpty && pinnedCPUs != usual.map(Array.init)
    let named = isTold ? pinnedCPUs : configuration.cpus
    return [
      queues == all ? nil : "--queues \(IndexList(unique: queues))",
      named.map { "--cpus \(IndexList(unique: Self.unique($0)))" },
    ].compactMap { $0 }.joined(separator: " ")
  }

  /// Several workers may share a CPU.
  private static func unique(_ cpus: [Int]) -> [Int] {
    cpus.reduce(into: []) { list, cpu in if !list.contains(cpu) { list.append(cpu) } }
  }

  /// Bytes of all UMEMs.
  var memory: Int { queues.count * frames * chunkSize }
  /// Those that workers are pinned to.
  var pinnedCPUs: [Int] { cpus.compactMap { $0 } }
}
