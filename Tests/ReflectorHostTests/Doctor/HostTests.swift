import LinuxSystem
import ReflectorXDP
import Testing
import XDPControl

@testable import ReflectorHost
@testable import XDPControl

/// Interrupts, CPUs, memory, rights and neighbours, one thing wrong at a time.
@Suite struct HostTests {
  private let healthy = Examination.healthy

  @Test func `nothing is left to be wished for, on a NIC, a veth, and while a reflector runs`() {
    #expect(Diagnosis(healthy).findings.filter { $0.status != .ok } == [])
    #expect(Diagnosis(.veth).findings.filter { $0.status != .ok } == [])
    // That somebody watches can't be seen.
    #expect(Diagnosis(.running).findings.filter { $0.status != .ok }.map(\.check) == [.monitoring])
    #expect(Diagnosis(healthy).bottleneck == nil)
  }

  @Test func `findings come in the order of the checks, each check once`() {
    for examination in [healthy, .veth, .running] {
      let checks = Diagnosis(examination).findings.map(\.check)
      #expect(checks == Check.allCases.filter(checks.contains))
    }
  }

  // MARK: Interrupts

  @Test func `interrupts that may wander, or all meet on one CPU`() {
    #expect(healthy.finding(.interrupts)?.value == "4 of queues, 4 pinned, on CPUs 0-3")
    let free = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value([
        Interrupt(number: 30, name: "eth0", allowedCPUs: [0, 1], effectiveCPUs: [0]),
        Interrupt(number: 31, name: "eth0-TxRx-0", allowedCPUs: [0, 1, 2, 3], effectiveCPUs: [2]),
        .pinned(number: 32, name: "eth0-TxRx-1", cpu: 1),
      ])
    }
    #expect(free?.status == .warn && free?.value == "2 of queues, 1 pinned, on CPUs 1-2")
    #expect(
      free?.remedy?.plain
        == "echo 0 > /proc/irq/31/smp_affinity_list && echo 1 > /proc/irq/32/smp_affinity_list")
    // A new affinity takes effect with the next interrupt.
    let fresh = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value(
        (0..<2).map { Interrupt(number: $0, name: "eth0-rxtx-\($0)", allowedCPUs: [$0], effectiveCPUs: [1]) })
    }
    #expect(fresh?.status == .ok)
    // Both directions of a queue go to its worker's CPU.
    let apart = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value([
        Interrupt(number: 40, name: "eth0-rx-2", allowedCPUs: [0, 1], effectiveCPUs: [0]),
        Interrupt(number: 41, name: "eth0-tx-2", allowedCPUs: [0, 1], effectiveCPUs: [0]),
      ])
    }
    #expect(
      apart?.remedy?.plain
        == "echo 2 > /proc/irq/40/smp_affinity_list && echo 2 > /proc/irq/41/smp_affinity_list")
    let many = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value(
        (0..<9).map { Interrupt(number: $0, name: "eth0-TxRx-\($0)", allowedCPUs: [0, 1], effectiveCPUs: [0]) })
    }
    #expect(many?.remedy == Remedy(ours: "reflector-xdp tune eth0"))
    let crowded = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value((0..<4).map { .pinned(number: 24 + $0, name: "eth0-TxRx-\($0)", cpu: 0) })
    }
    #expect(crowded?.status == .warn)
    // Where the workers are, or all of one queue, they belong on one CPU.
    let together = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value((0..<4).map { .pinned(number: 24 + $0, name: "eth0-TxRx-\($0)", cpu: 2) })
      $0.setup.cpus = [2, 2, 2, 2]
    }
    #expect(together?.status == .ok)
    let single = healthy.finding(.interrupts) {
      $0.survey.interrupts = .value(["rx", "tx"].map { .pinned(number: 24, name: "eth0-\($0)-0", cpu: 0) })
    }
    #expect(single?.status == .ok)
    #expect(healthy.finding(.interrupts) { $0.survey.interrupts = .unknown("no") }?.status == .unknown)
    #expect(healthy.findings(.interrupts) { $0.survey.interrupts = .absent } == [])
  }

  @Test func `irqbalance, where there are interrupts to move`() {
    #expect(healthy.finding(.irqbalance)?.status == .ok)
    #expect(healthy.finding(.irqbalance) { $0.survey.irqbalance = .value(99) }?.status == .warn)
    #expect(healthy.finding(.irqbalance) { $0.survey.irqbalance = .unknown("hidden") }?.status == .unknown)
    #expect(Examination.veth.findings(.irqbalance) { $0.survey.irqbalance = .value(99) } == [])
  }

  @Test(arguments: [
    (0, 0, true, false, Finding.Status.ok), (8, 20_000, true, false, .ok), (2, 200_000, true, false, .warn),
    (2, 200_000, true, true, .ok), (8, 20_000, false, false, .warn),
  ])
  func `deferred interrupts suit busy polling, or a short timer`(
    polls: UInt64, timer: UInt64, hasInterrupts: Bool, isBusy: Bool, status: Finding.Status
  ) {
    let finding = healthy.finding(.napi) {
      $0.survey.napi = .value(NAPISettings(deferHardIRQs: polls, groFlushTimeout: timer))
      $0.setup.busyPoll = isBusy
      if !hasInterrupts { $0.survey.interrupts = .absent }
    }
    #expect(finding?.status == status)
  }

  // MARK: CPUs

  @Test func `CPUs that this process may not use`() {
    #expect(healthy.finding(.cpus)?.value == "0-3 of 0-3 for the workers")
    let stranger = healthy.finding(.cpus) { $0.setup.cpus = [0, 9] }
    #expect(stranger?.status == .fail && stranger?.value.contains("no CPU 9") == true)
    #expect(stranger?.remedy?.ours == "reflector-xdp attach eth0 --cpus 0-3")
    #expect(Examination.running.finding(.cpus) { $0.setup.cpus = [0, 9] }?.status == .ok)
    #expect(healthy.finding(.cpus) { $0.survey.allowedCPUs = .unknown("no") }?.status == .unknown)
  }

  @Test func `governor and turbo`() {
    #expect(healthy.finding(.governor)?.value == "performance on CPUs 0-3")
    let slow = healthy.finding(.governor) {
      $0.survey.cpus = .value(
        (0..<4).map {
          CPU(index: $0, siblings: [$0], numaNode: 0, isIsolated: false, governor: $0 > 1 ? "powersave" : "performance")
        })
    }
    #expect(slow?.status == .warn && slow?.value == "powersave on CPUs 2-3")
    #expect(slow?.remedy?.plain == "cpupower -c 2-3 frequency-set -g performance")
    #expect(Examination.veth.findings(.governor) == [])
    #expect(healthy.finding(.governor) { $0.survey.cpus = .unknown("no") }?.status == .unknown)
    #expect(healthy.finding(.turbo)?.status == .ok)
    let off = healthy.finding(.turbo) { $0.survey.turbo = .value(.init(isOn: false)) }
    #expect(off?.status == .warn && off?.remedy?.plain == "echo 1 > /sys/devices/system/cpu/cpufreq/boost")
    let intel = healthy.finding(.turbo) { $0.survey.turbo = .value(.init(isOn: false, isIntelPState: true)) }
    #expect(intel?.remedy?.plain == "echo 0 > /sys/devices/system/cpu/intel_pstate/no_turbo")
    #expect(healthy.findings(.turbo) { $0.survey.turbo = .absent } == [])
  }

  @Test func `isolated CPUs that no worker uses`() {
    #expect(healthy.finding(.isolatedCPUs)?.status == .ok)
    func finding(workersOn cpus: [Int]) -> Finding? {
      healthy.finding(.isolatedCPUs) {
        $0.survey.cpus = .value((0..<8).map { .core($0, isIsolated: $0 >= 4) })
        $0.setup.cpus = cpus
      }
    }
    #expect(finding(workersOn: [4, 5, 6, 7])?.status == .ok)
    let outside = finding(workersOn: [0, 1, 2, 3])
    #expect(outside?.status == .warn && outside?.remedy?.ours == "reflector-xdp attach eth0 --cpus 4-7")
  }

  @Test func `threads of one core, and where else the workers could go`() {
    func finding(_ cpus: [CPU], allowed: [Int], queues: Int) -> Finding? {
      healthy.finding(.smt) {
        $0.survey.cpus = .value(cpus)
        $0.survey.allowedCPUs = .value(allowed)
        $0.setup.queues = Array(0..<queues)
        $0.setup.cpus = allowed.prefix(queues).map { $0 }
      }
    }
    let neighbours = (0..<8).map { CPU.core($0, siblings: [$0 & ~1, $0 | 1]) }
    let shared = finding(neighbours, allowed: Array(0..<8), queues: 4)
    #expect(shared?.status == .warn && shared?.remedy?.ours == "reflector-xdp attach eth0 --cpus 0,2,4,6")
    // As many workers as threads: that is how it is.
    let full = finding(neighbours, allowed: Array(0..<8), queues: 8)
    #expect(full?.status == .warn && full?.remedy == nil)
    #expect(finding(neighbours, allowed: [0, 2, 4, 6], queues: 4)?.status == .ok)
    #expect(healthy.finding(.smt)?.value == "no SMT")
  }

  @Test func `workers on another node than the NIC`() {
    #expect(healthy.finding(.numa)?.status == .ok)
    let finding = healthy.finding(.numa) {
      $0.survey.cpus = .value((0..<8).map { .core($0, node: $0 / 4) })
      $0.survey.allowedCPUs = .value(Array(0..<8))
      $0.survey.numaNode = .value(1)
    }
    #expect(finding?.status == .warn && finding?.remedy?.ours == "reflector-xdp attach eth0 --cpus 4-7")
    #expect(healthy.findings(.numa) { $0.survey.numaNode = .absent } == [])
  }

  // MARK: Memory and rights

  @Test func `huge pages matter when they are asked for`() {
    #expect(healthy.finding(.hugePages)?.status == .ok)
    let finding = healthy.finding(.hugePages) {
      $0.setup.hugePages = true
      $0.survey.hugePages = .value(HugePages(total: 10, free: 4, pageSize: 2 << 20))
    }
    // Four queues of 16 MiB.
    #expect(finding?.status == .warn && finding?.remedy?.plain == "sysctl -w vm.nr_hugepages=38")
    let enough = healthy.finding(.hugePages) {
      $0.setup.hugePages = true
      $0.survey.hugePages = .value(HugePages(total: 32, free: 32, pageSize: 2 << 20))
    }
    #expect(enough?.status == .ok)
    #expect(healthy.finding(.hugePages) { $0.survey.hugePages = .unknown("no") }?.status == .unknown)
  }

  @Test func `locked memory: a limit, CAP_IPC_LOCK, or nobody's business`() {
    let without = Capabilities(effective: ~(1 << 14))
    #expect(healthy.finding(.memoryLock)?.status == .ok)
    let low = healthy.finding(.memoryLock) { $0.survey.capabilities = .value(without) }
    #expect(low?.status == .fail && low?.value == "8 MiB, 64 MiB needed" && low?.remedy?.plain == "ulimit -l 65536")
    let unlimited = healthy.finding(.memoryLock) {
      $0.survey.capabilities = .value(without)
      $0.survey.memoryLock = .value(nil)
    }
    #expect(unlimited?.status == .ok)
    // A user who couldn't attach anyway.
    #expect(healthy.findings(.memoryLock) { $0.survey.capabilities = .value(Capabilities(effective: 0)) } == [])
    #expect(healthy.finding(.memoryLock) { $0.survey.capabilities = .unknown("no /proc") }?.status == .unknown)
    #expect(Examination.running.findings(.memoryLock) == [])
  }

  @Test func `rights that attaching takes`() {
    #expect(healthy.finding(.capabilities)?.status == .ok)
    let none = healthy.finding(.capabilities) { $0.survey.capabilities = .value(Capabilities(effective: 0)) }
    #expect(none?.status == .warn && none?.value.contains("CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_SYS_ADMIN") == true)
    #expect(none?.remedy?.ours == "sudo reflector-xdp attach eth0")
    // CAP_SYS_ADMIN is CAP_BPF too.
    #expect(
      healthy.finding(.capabilities) { $0.survey.capabilities = .value(Capabilities(effective: ~(1 << 39))) }?.status
        == .ok)
  }

  // MARK: Neighbours

  @Test func `another program, and a reflector whose maps are elsewhere`() {
    #expect(healthy.finding(.xdpProgram)?.value == "none attached")
    let foreign = healthy.finding(.xdpProgram) {
      $0.survey.attachedProgram = .value(.init(id: 12, name: "xdp_filter", isOurs: false))
    }
    #expect(foreign?.status == .fail && foreign?.value == "xdp_filter, id 12")
    #expect(foreign?.remedy?.plain == "ip link set dev eth0 xdp off")
    let held = healthy.finding(.xdpProgram) {
      $0.survey.attachedProgram = .value(.init(id: 12, name: "xdp_filter", isOurs: false))
      $0.programHolders = [.init(pid: 5, name: "filterd")]
    }
    #expect(held?.value == "xdp_filter, id 12, held by pid 5 (filterd)")
    let lost = healthy.finding(.xdpProgram) {
      $0.survey.attachedProgram = .value(.init(id: 12, name: "reflector", isOurs: true))
    }
    #expect(lost?.status == .warn)
    #expect(Examination.running.finding(.xdpProgram)?.status == .ok)
    let hidden = healthy.finding(.xdpProgram) { $0.survey.attachedProgram = .unknown("program 12: EPERM") }
    #expect(hidden?.status == .unknown && hidden?.value.contains("CAP_BPF") == true)
  }

  @Test func `sockets of others, by name`() {
    #expect(healthy.finding(.xskSockets)?.status == .ok)
    #expect(Examination.running.finding(.xskSockets)?.value == "only the reflector's")
    let blind = healthy.finding(.xskSockets) { $0.survey.seesAllProcesses = false }
    #expect(blind?.status == .unknown && blind?.value.contains("CAP_SYS_PTRACE") == true)
    let finding = Examination.running.finding(.xskSockets) {
      $0.survey.xskHolders.append(XSKHolder(pid: 5, name: "suricata"))
    }
    #expect(finding?.status == .warn && finding?.value == "pid 5 (suricata)")
  }

  @Test func `monitoring is what can be seen of it`() {
    #expect(healthy.finding(.monitoring)?.status == .ok)
    let blind = Examination.running.finding(.monitoring)
    #expect(blind?.status == .unknown && blind?.remedy?.ours == "reflector-xdp stats eth0 --watch --format json")
    let watched = Examination.running.finding(.monitoring) {
      $0.watchers = .value([.init(pid: 9, name: "reflector-xdp")])
    }
    #expect(watched?.status == .ok && watched?.value == "stats --watch by pid 9 (reflector-xdp)")
    #expect(healthy.finding(.monitoring) { $0.accounts = .unknown("EACCES") }?.status == .unknown)
  }

  @Test func `who watches is told by the command line`() {
    #expect(Watchers.isWatcher(["/usr/bin/reflector-xdp", "stats", "eth0", "--watch"], of: ["eth0"]))
    #expect(!Watchers.isWatcher(["reflector-xdp", "stats", "eth1", "--watch"], of: ["eth0"]))
    #expect(!Watchers.isWatcher(["reflector-xdp", "stats", "eth0"], of: ["eth0"]))
    #expect(!Watchers.isWatcher(["vi", "stats", "eth0", "--watch"], of: ["eth0"]))
    #expect(!Watchers.isWatcher([], of: ["eth0"]))
  }

  // MARK: The reflector's own drops

  @Test func `drops on the way to the workers, and accounts that don't balance`() {
    #expect(Examination.running.finding(.xskDrops)?.status == .ok)
    #expect(healthy.findings(.xskDrops) == [] && healthy.findings(.accounts) == [])
    let finding = Examination.running.finding(.xskDrops) { examination in
      var later = Statistics.later
      later.queues[1].xsk = ["rx_ring_full": 3, "rx_fill_ring_empty_descs": 4, "tx_ring_empty_descs": 5]
      later.refused = 6
      examination.run(.earlier, later)
    }
    #expect(finding?.status == .warn)
    #expect(finding?.value == "rx_fill_ring_empty_descs 4, rx_ring_full 3, refused by the device 6")
    #expect(finding?.remedy?.ours == "reflector-xdp attach eth0 --frames 16384")
    let refused = Examination.running.finding(.xskDrops) { examination in
      var later = Statistics.later
      later.refused = 6
      examination.run(.earlier, later)
    }
    #expect(refused?.status == .warn && refused?.remedy == nil)
    let unbalanced = Examination.running.finding(.accounts) { examination in
      var later = Statistics.later
      later.balanced = false
      later.imbalances = ["seen = redirected + passed + dropped: 5 and 4"]
      examination.run(.earlier, later)
    }
    #expect(unbalanced?.status == .fail)
    #expect(healthy.finding(.xskDrops) { $0.accounts = .unknown("EACCES") }?.status == .unknown)
  }

  @Test(arguments: [
    (nil as String?, "ethtool -K eth0 lro off"), ("far", "ip netns exec far ethtool -K eth0 lro off"),
    ("/proc/8/ns/net", "nsenter --net=/proc/8/ns/net ethtool -K eth0 lro off"),
  ])
  func `commands go where the interface is`(namespace: String?, command: String) {
    let commands = HostCommands(interface: "eth0", namespace: namespace, pinDirectory: "/sys/fs/bpf/mine")
    #expect(commands.ethtool("-K", "lro off") == command)
    #expect(
      commands.ours("stats") == "reflector-xdp stats eth0" + (namespace.map { " --netns \($0)" } ?? "")
        + " --pin-dir /sys/fs/bpf/mine")
    #expect(!commands.ours("tune").contains("--pin-dir"))
  }

  @Test func `tune is told of the workers, where they aren't all there could be`() {
    var configuration = Configuration(interface: "eth0")
    func options(_ setup: ReflectorSetup) -> String { setup.tuneOptions(configuration, on: .healthy) }
    #expect(options(ReflectorSetup(configuration, on: .healthy)) == "")
    configuration.queues = [0, 1]
    configuration.cpus = [3, 2]
    #expect(options(ReflectorSetup(configuration, on: .healthy)) == "--queues 0-1 --cpus 3,2")
    configuration.cpus = nil
    var later = Statistics.later
    #expect(options(ReflectorSetup(running: later, configuration)) == "")
    for queue in later.queues.indices { later.queues[queue].cpu = 1 }
    #expect(options(ReflectorSetup(running: later, configuration)) == "--cpus 1")
    var commands = HostCommands(interface: "eth0", namespace: "far")
    commands.workers = "--queues 0-1"
    #expect(commands.ours("tune", "--only rss") == "reflector-xdp tune eth0 --netns far --queues 0-1 --only rss")
    #expect(commands.ours("attach") == "reflector-xdp attach eth0 --netns far")
  }

  @Test func `where a reflector runs, it has to end before another is attached`() {
    var commands = HostCommands(interface: "eth0", namespace: nil)
    commands.running = 812
    #expect(commands.ours("attach", "--frames 64") == "reflector-xdp attach eth0 --frames 64  # after kill -INT 812")
    #expect(commands.ours("stats") == "reflector-xdp stats eth0")
  }
}
