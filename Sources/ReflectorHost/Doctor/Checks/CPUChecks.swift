internal import LinuxSystem
internal import ReflectorXDP

/// The CPUs that the workers run on, or would.
enum CPUChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    // In the kernel datapath frames are reflected where the interrupts are.
    guard !examination.setup.reflectsInKernel else { return turbo(examination) }
    return cpus(examination) + turbo(examination)
      + examination.survey.cpus.findings(on: .governor) { cpus in
        let workers = cpus.filter { examination.setup.pinnedCPUs.contains($0.index) }
        return governor(workers, examination) + isolated(cpus, workers, examination) + smt(cpus, workers, examination)
          + numa(cpus, workers, examination)
      }
  }

  private static func list(_ cpus: [CPU]) -> String {
    "CPU\(cpus.count == 1 ? "" : "s") \(IndexList(unique: cpus.map(\.index)))"
  }

  private static func cpus(_ examination: Examination) -> [Finding] {
    examination.survey.allowedCPUs.finding(on: .cpus) { allowed in
      let wanted = Set(examination.setup.pinnedCPUs).sorted()
      let value = "\(IndexList(unique: wanted)) of \(IndexList(unique: allowed)) for the workers"
      // One that runs has what it has, whoever asks.
      guard !examination.setup.isRunning, let stranger = wanted.first(where: { !allowed.contains($0) }) else {
        return wanted.isEmpty ? nil : .ok(.cpus, value)
      }
      return .fail(
        .cpus, "there is no CPU \(stranger) for this process, but \(IndexList(unique: allowed))",
        examination.commands.attach(
          "--cpus \(IndexList(unique: allowed.prefix(max(examination.setup.queues.count, 1))))"))
    }
  }

  /// Nothing where there is no cpufreq, as in most virtual machines.
  private static func governor(_ workers: [CPU], _ examination: Examination) -> [Finding] {
    let governed = workers.filter { $0.governor != nil }
    guard !governed.isEmpty else { return [] }
    let slow = governed.filter { $0.governor != "performance" }
    guard let first = slow.first else { return [.ok(.governor, "performance on \(list(governed))")] }
    return [
      .warn(
        .governor, "\(first.governor ?? "") on \(list(slow))",
        examination.commands.tune(
          "cpupower -c \(IndexList(unique: slow.map(\.index))) frequency-set -g performance",
          only: examination.survey.isVirtualDevice ? "governor" : nil))
    ]
  }

  private static func turbo(_ examination: Examination) -> [Finding] {
    examination.survey.turbo.finding(on: .turbo) { turbo in
      turbo.isOn ? .ok(.turbo, "on") : .warn(.turbo, "off", Remedy(plain: turbo.commandForOn))
    }
  }

  private static func isolated(_ cpus: [CPU], _ workers: [CPU], _ examination: Examination) -> [Finding] {
    let isolated = cpus.filter(\.isIsolated)
    guard !isolated.isEmpty else { return [.ok(.isolatedCPUs, "none on this host")] }
    let outside = workers.filter { !$0.isIsolated }
    guard !outside.isEmpty else { return [.ok(.isolatedCPUs, "workers on \(list(workers))")] }
    return [
      .warn(
        .isolatedCPUs, "\(list(isolated)) isolated, workers on \(list(outside))",
        examination.commands.attach("--cpus \(best(cpus, examination))"))
    ]
  }

  private static func smt(_ cpus: [CPU], _ workers: [CPU], _ examination: Examination) -> [Finding] {
    guard cpus.contains(where: { $0.siblings.count > 1 }) else { return [.ok(.smt, "no SMT")] }
    let indices = Set(workers.map(\.index))
    let shared = workers.filter { worker in worker.siblings.contains { $0 != worker.index && indices.contains($0) } }
    guard !shared.isEmpty else { return [.ok(.smt, "each worker has a core to itself")] }
    let value = "workers on \(list(shared)) share cores"
    // With as many workers as threads there is no better place.
    let better = best(cpus, examination)
    let isBetter = better.indices != workers.map(\.index).sorted()
    return [.warn(.smt, value, isBetter ? examination.commands.attach("--cpus \(better)") : nil)]
  }

  private static func numa(_ cpus: [CPU], _ workers: [CPU], _ examination: Examination) -> [Finding] {
    guard let node = examination.survey.numaNode.value else { return [] }
    let far = workers.filter { $0.numaNode != nil && $0.numaNode != node }
    // attach puts the UMEM on the NIC's node.
    guard !far.isEmpty else { return [.ok(.numa, "NIC, UMEM and workers on node \(node)")] }
    return [
      .warn(
        .numa, "NIC and UMEM on node \(node), workers on \(list(far)) of another",
        examination.commands.attach("--cpus \(best(cpus, examination))"))
    ]
  }

  /// As many CPUs as there are workers: those of the NIC's node first, then isolated ones, then one thread of
  /// each core before the others.
  static func best(_ cpus: [CPU], _ examination: Examination) -> IndexList {
    let allowed = Set(examination.survey.allowedCPUs.value ?? cpus.map(\.index))
    let node = examination.survey.numaNode.value
    func rank(_ cpu: CPU) -> (Int, Int, Int, Int) {
      (
        node == nil || cpu.numaNode == nil || cpu.numaNode == node ? 0 : 1, cpu.isIsolated ? 0 : 1,
        cpu.siblings.first { allowed.contains($0) } == cpu.index ? 0 : 1, cpu.index
      )
    }
    let ranked = cpus.filter { allowed.contains($0.index) || $0.isIsolated }.sorted { rank($0) < rank($1) }
    return IndexList(unique: ranked.prefix(max(examination.setup.queues.count, 1)).map(\.index).sorted())
  }
}
