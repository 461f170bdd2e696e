internal import LinuxSystem
internal import XDPControl

/// Where the NIC's interrupts go, and whether they come.
enum InterruptChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    interrupts(examination) + irqbalance(examination) + napi(examination)
  }

  /// Those of queues: a NIC has others, for the link and for itself, which don't matter.
  private static func ofQueues(_ interrupts: [Interrupt]) -> [Interrupt] {
    interrupts.filter { $0.queue != nil }
  }

  private static func interrupts(_ examination: Examination) -> [Finding] {
    examination.survey.interrupts.finding(on: .interrupts) { all in
      let interrupts = ofQueues(all)
      guard !interrupts.isEmpty else { return nil }
      let free = interrupts.filter { $0.allowedCPUs.count != 1 }
      let cpus = interrupts.map(cpu)
      let value =
        "\(interrupts.count) of queues, \(interrupts.count - free.count) pinned, on CPU\(Set(cpus).count == 1 ? "" : "s") "
        + "\(IndexList(unique: Set(cpus).sorted()))"
      if !free.isEmpty { return .warn(.interrupts, value, pin(interrupts, examination)) }
      // A queue may have one each for RX and TX; and where the workers are on one CPU, so are the interrupts.
      let queues = Set(interrupts.compactMap { $0.queue?.index }).count
      let workers = Set(examination.setup.pinnedCPUs).count
      let possible = min(queues, workers > 0 ? workers : examination.survey.allowedCPUs.value?.count ?? 1)
      guard possible > 1, Set(cpus).count == 1 else { return .ok(.interrupts, value) }
      return .warn(.interrupts, value, why: "One CPU takes the interrupts of all queues.", pin(interrupts, examination))
    }
  }

  /// Where it goes, or where the next one will go: a new affinity takes effect with the next interrupt.
  private static func cpu(_ interrupt: Interrupt) -> Int {
    let isPinned = interrupt.allowedCPUs.count == 1
    return (isPinned ? interrupt.allowedCPUs.first : interrupt.effectiveCPUs.first ?? interrupt.allowedCPUs.first) ?? 0
  }

  /// More are too many for a line.
  private static let few = 8

  /// Each to the CPU of its queue's worker.
  private static func pin(_ interrupts: [Interrupt], _ examination: Examination) -> Remedy {
    let setup = examination.setup
    let workers = Dictionary(zip(setup.queues, setup.cpus)) { first, _ in first }
    let cpus = examination.survey.allowedCPUs.value ?? [0]
    let lines = interrupts.map { interrupt in
      let queue = interrupt.queue?.index ?? 0
      let cpu = workers[queue].flatMap { $0 } ?? cpus[queue % max(cpus.count, 1)]
      return "echo \(cpu) > /proc/irq/\(interrupt.number)/smp_affinity_list"
    }
    let plain = interrupts.count > few ? nil : lines.joined(separator: " && ")
    return Remedy(ours: examination.commands.ours("tune"), plain: plain)
  }

  private static func irqbalance(_ examination: Examination) -> [Finding] {
    guard let interrupts = examination.survey.interrupts.value, !ofQueues(interrupts).isEmpty else { return [] }
    return switch examination.survey.irqbalance {
    case .absent: [.ok(.irqbalance, "doesn't run")]
    case .unknown(let reason): [.unknown(.irqbalance, reason)]
    case .value(let pid): [.warn(.irqbalance, "runs, pid \(pid)", Remedy(plain: "systemctl stop irqbalance"))]
    }
  }

  /// Microseconds; `tune` defers for less.
  private static let tolerable: UInt64 = 50

  /// A short deferral saves interrupts between bursts. Without interrupts there is nothing to save, and the timer is
  /// all that is left.
  private static func napi(_ examination: Examination) -> [Finding] {
    examination.survey.napi.finding(on: .napi) { napi in
      let timer = napi.groFlushTimeout / 1000
      guard napi.deferHardIRQs > 0, napi.groFlushTimeout > 0 else { return .ok(.napi, "interrupts are not deferred") }
      let value = "deferred for \(napi.deferHardIRQs) polls, timer \(timer) us"
      var hasInterrupts = true
      if case .absent = examination.survey.interrupts { hasInterrupts = false }
      // attach --busy-poll sets them itself.
      if examination.setup.busyPoll || hasInterrupts && timer <= tolerable { return .ok(.napi, value) }
      return .warn(
        .napi, value,
        why: "Frames may wait \(timer) us for the timer; that suits only --busy-poll, which sets it itself.",
        examination.commands.tune(examination.commands.sysfs("gro_flush_timeout", "0")))
    }
  }
}
