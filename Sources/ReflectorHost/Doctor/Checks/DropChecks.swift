internal import LinuxSystem
internal import ReflectorXDP

/// Frames that went missing: in the NIC, and on the way to the workers.
enum DropChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    nic(examination) + reflector(examination)
  }

  private static func nic(_ examination: Examination) -> [Finding] {
    examination.survey.statistics.finding(on: .nicDrops) { earlier in
      let drops = DropCounters.drops(earlier, examination.laterStatistics.value)
      guard !drops.isEmpty else { return .ok(.nicDrops, "none counted") }
      let value = drops.map { drop in
        "\(drop.name) \(drop.count)" + (drop.grown.map { $0 > 0 ? " (+\($0))" : "" } ?? "")
      }
      let isGrowing = drops.contains { $0.grown ?? 0 > 0 }
      let meanings = DropCounters.Meaning.allCases.filter { meaning in drops.contains { $0.meaning == meaning } }
      return .warn(
        .nicDrops, value.joined(separator: ", ") + (isGrowing ? "" : "; not growing now"),
        why: meanings.map(\.rawValue).joined(separator: ". ").capitalizedFirst + ".",
        Remedy(
          // Larger rings and more queues help against these two.
          ours: meanings.contains { $0 == .noDescriptor || $0 == .overrun } ? examination.commands.ours("tune") : nil,
          plain: examination.commands.ethtool("-S")))
    }
  }

  private static func reflector(_ examination: Examination) -> [Finding] {
    switch examination.accounts {
    case .absent: []
    case .unknown(let reason): [.unknown(.xskDrops, reason)]
    case .value(let interval): [xsk(interval.later, examination), balance(interval.later)]
    }
  }

  /// In the order of a frame's way. tx_ring_empty_descs is harmless.
  private static let meanings: [(name: String, meaning: String)] = [
    ("rx_fill_ring_empty_descs", "the fill ring was empty: the worker is too slow, or --frames too few"),
    ("rx_ring_full", "the RX ring was full: the worker is too slow for bursts, or --frames too few"),
    ("rx_dropped", "frames that didn't fit a chunk, or found no free one"),
    ("rx_invalid_descs", "bad addresses in the fill ring: a fault of this program"),
    ("tx_invalid_descs", "bad TX descriptors, each a frame lost: a fault of this program"),
  ]

  private static func xsk(_ statistics: Statistics, _ examination: Examination) -> Finding {
    if examination.setup.reflectsInKernel { return sent(statistics) }
    let totals = meanings.map { entry in
      (entry.name, entry.meaning, statistics.queues.reduce(0) { $0 &+ ($1.xsk?[entry.name] ?? 0) })
    }
    let drops = totals.filter { $0.2 > 0 }
    let count = statistics.refused ?? 0
    let refused =
      count > 0 ? [("refused by the device", "the device, or its far end, was too slow to take them", count)] : []
    let all = drops + refused
    guard !all.isEmpty else { return .ok(.xskDrops, "none since the attach") }
    let frames = examination.setup.frames
    // More frames help the workers. They don't make the device faster.
    let remedy =
      !drops.isEmpty && frames < 65536 ? examination.commands.attach("--frames \(min(frames * 4, 65536))") : nil
    return .warn(
      .xskDrops, all.map { "\($0.0) \($0.2)" }.joined(separator: ", "),
      why: all.map(\.1).joined(separator: ". ").capitalizedFirst + ".",
      remedy)
  }

  /// In the kernel datapath nothing comes between the program and the driver.
  private static func sent(_ statistics: Statistics) -> Finding {
    guard let refused = statistics.refused else {
      return .unknown(.xskDrops, "kernel and driver don't tell how many frames were not taken")
    }
    guard refused > 0 else { return .ok(.xskDrops, "none since the attach") }
    return .warn(
      .xskDrops, "refused by the device \(refused)",
      why:
        "The device, or its far end, was too slow to take them; a veth's far end takes none without a native program.")
  }

  private static func balance(_ statistics: Statistics) -> Finding {
    statistics.balanced
      ? .ok(.accounts, "balance") : .fail(.accounts, statistics.imbalances.joined(separator: "; "))
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
