import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// CPUs, huge pages and processes, in folders that stand in for /sys and /proc.
@Suite struct HostFilesTests {
  private let cpu = "devices/system/cpu"

  @Test func `CPUs with SMT, nodes, isolation and governors`() throws {
    let tree = try FolderTree([
      "\(cpu)/online": "0-1,3\n", "\(cpu)/isolated": "3\n",
      "\(cpu)/cpu0/topology/thread_siblings_list": "0,2\n", "\(cpu)/cpu1/topology/thread_siblings_list": "1,3\n",
      "\(cpu)/cpu3/topology/thread_siblings_list": "1,3\n",
      "\(cpu)/cpu0/cpufreq/scaling_governor": "powersave\n", "\(cpu)/cpu1/cpufreq/scaling_governor": "performance\n",
      "\(cpu)/cpu0/node0/cpulist": "0-1\n", "\(cpu)/cpu1/node0/cpulist": "0-1\n", "\(cpu)/cpu3/node1/cpulist": "3\n",
    ])
    let sysfs = try Sysfs(at: tree.path)
    #expect(
      try CPU.all(in: sysfs) == [
        CPU(index: 0, siblings: [0, 2], numaNode: 0, isIsolated: false, governor: "powersave"),
        CPU(index: 1, siblings: [1, 3], numaNode: 0, isIsolated: false, governor: "performance"),
        CPU(index: 3, siblings: [1, 3], numaNode: 1, isIsolated: true, governor: nil),
      ])
    try CPU.setGovernor("performance", ofCPU: 0, in: sysfs)
    #expect(try CPU.all(in: sysfs)?.first?.governor?.hasPrefix("performance") == true)
    #expect(throws: SystemCallError("open \(cpu)/cpu3/cpufreq/scaling_governor", .noSuchFileOrDirectory)) {
      try CPU.setGovernor("performance", ofCPU: 3, in: sysfs)
    }
  }

  @Test func `a virtual machine has neither nodes nor cpufreq, and an empty list of isolated CPUs`() throws {
    let tree = try FolderTree(["\(cpu)/online": "0\n", "\(cpu)/isolated": "\n"])
    let sysfs = try Sysfs(at: tree.path)
    #expect(
      try CPU.all(in: sysfs) == [CPU(index: 0, siblings: [0], numaNode: nil, isIsolated: false, governor: nil)])
    #expect(try CPU.turbo(in: sysfs) == nil)
  }

  @Test func `what can't be understood is an error, not an empty machine`() throws {
    let tree = try FolderTree(["\(cpu)/online": "0-x\n"])
    #expect(throws: SystemCallError("read \(cpu)/online", .illegalByteSequence)) {
      try CPU.all(in: Sysfs(at: tree.path))
    }
    let empty = try FolderTree([".keep": ""])
    #expect(try CPU.all(in: Sysfs(at: empty.path)) == nil)
  }

  @Test func `this machine's CPUs are what lscpu prints`() throws {
    let theirs = try Command.run("lscpu", "-p=CPU,NODE").split(separator: "\n").filter { !$0.hasPrefix("#") }
    let ours = try #require(try CPU.all(in: Sysfs()))
    #expect(ours.map { "\($0.index),\($0.numaNode.map(String.init) ?? "")" } == theirs.map(String.init))
  }

  @Test(
    arguments: [
      (["cpufreq/boost": "1\n"], true), (["cpufreq/boost": "0\n"], false),
      (["intel_pstate/no_turbo": "1\n"], false), (["intel_pstate/no_turbo": "0\n", "cpufreq/boost": "0\n"], true),
    ] as [([String: String], Bool)])
  func `turbo has two switches, one the other way round`(files: [String: String], expected: Bool) throws {
    let tree = try FolderTree(Dictionary(uniqueKeysWithValues: files.map { ("\(cpu)/\($0.key)", $0.value) }))
    #expect(try CPU.turbo(in: Sysfs(at: tree.path))?.isOn == expected)
  }

  private static let meminfo = """
    MemTotal:       16384256 kB
    HugePages_Total:      64
    HugePages_Free:       60
    HugePages_Rsvd:        0
    Hugepagesize:       2048 kB
    Hugetlb:          131072 kB

    """

  @Test func `huge pages are read and asked for`() throws {
    let tree = try FolderTree(["meminfo": Self.meminfo, "sys/vm/nr_hugepages": "64\n"])
    let procfs = try Procfs(at: tree.path)
    #expect(try HugePages.read(in: procfs) == HugePages(total: 64, free: 60, pageSize: 2_097_152))
    try HugePages.setTotal(128, in: procfs)
    #expect(try tree.read("sys/vm/nr_hugepages").hasPrefix("128"))
    #expect(HugePages(meminfo: "MemTotal: 1 kB\n") == nil)
    #expect(HugePages(meminfo: "HugePages_Total: x\nHugePages_Free: 1\nHugepagesize: 2048 kB\n") == nil)
  }

  @Test func `a process by its name, the lowest number first`() throws {
    let tree = try FolderTree([
      "2/comm": "kthreadd\n", "900/comm": "irqbalance\n", "77/comm": "irqbalance\n", "self/comm": "irqbalance\n",
      "78/status": "",
    ])
    let procfs = try Procfs(at: tree.path)
    #expect(try Processes.first(named: "irqbalance", in: procfs) == 77)
    #expect(try Processes.first(named: "irqbalanc", in: procfs) == nil)
  }

  @Test(arguments: [["4711/comm": "reflector-xdp\n"], ["1/comm": "sh\n", "2/comm": "reflector-xdp\n"]])
  func `where the host's don't show, nobody says that there is no such process`(files: [String: String]) throws {
    let tree = try FolderTree(files)
    #expect(throws: SystemCallError("look at the host's processes", .notPermitted)) {
      try Processes.first(named: "irqbalance", in: Procfs(at: tree.path))
    }
  }

  @Test func `the memory lock is what ulimit prints`() throws {
    let theirs = try Command.run("sh", "-c", "ulimit -l").split(separator: "\n").first.map(String.init)
    #expect(try MemoryLock.limit().map { "\($0 / 1024)" } ?? "unlimited" == theirs)
  }

  @Test func `a reading keeps absent and unknown apart`() {
    #expect(Reading { 5 } == .value(5))
    #expect(Reading<Int> { nil } == .absent)
    #expect(
      Reading<Int> { throw SystemCallError("open x", .permissionDenied) }
        == .unknown("open x: EACCES (Permission denied)"))
    #expect(Reading<Int?> { .some(nil) } == .value(nil))
  }
}
