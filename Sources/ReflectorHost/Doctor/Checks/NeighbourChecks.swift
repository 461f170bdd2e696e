internal import LinuxSystem
internal import ReflectorXDP
internal import XDPControl

/// Who else has a program or a socket there, and who looks on.
enum NeighbourChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    [program(examination), sockets(examination), monitoring(examination)]
  }

  private static func program(_ examination: Examination) -> Finding {
    switch examination.survey.attachedProgram {
    case .absent: return .ok(.xdpProgram, "none attached")
    case .unknown(let reason): return .unknown(.xdpProgram, reason)
    case .value(let program):
      let name = "\(program.name), id \(program.id)"
      guard !program.isOurs else { return ours(name, examination) }
      let holders = examination.programHolders.map(\.description).joined(separator: ", ")
      return .fail(
        .xdpProgram, name + (holders.isEmpty ? "" : ", held by \(holders)"),
        why: "\(Check.xdpProgram.meaning) Stop who attached it; a program on a BPF link goes only with its holder.",
        Remedy(plain: examination.commands.link("xdp off")))
    }
  }

  /// A reflector's, whose maps may be somewhere else.
  private static func ours(_ name: String, _ examination: Examination) -> Finding {
    if case .absent = examination.accounts {
      return .warn(
        .xdpProgram, "\(name): a reflector whose maps aren't here",
        why: "It runs with another --pin-dir, or was started inside ip netns exec.",
        Remedy(plain: "bpftool link show"))
    }
    return .ok(.xdpProgram, "\(name): the reflector")
  }

  /// Of whatever interface: the kernel doesn't tell which.
  private static func sockets(_ examination: Examination) -> Finding {
    let own = examination.accounts.value.map { Int32(clamping: $0.later.pid) }
    let others = examination.survey.xskHolders.filter { $0.pid != own }
    guard !others.isEmpty else {
      guard examination.survey.seesAllProcesses else {
        return .unknown(.xskSockets, "other users' processes may not be looked into: not permitted")
      }
      return .ok(.xskSockets, own == nil ? "no process has one" : "only the reflector's")
    }
    return .warn(
      .xskSockets, others.map(\.description).joined(separator: ", "),
      why: "\(Check.xskSockets.meaning) It may be one of this interface's; its queue is EBUSY then.",
      Remedy(plain: "ss --xdp -e"))
  }

  /// Nobody can see who reads a map. Our own programs can be seen.
  private static func monitoring(_ examination: Examination) -> Finding {
    let watch = examination.commands.ours("stats", "--watch --format json")
    switch (examination.accounts, examination.watchers) {
    case (_, .value(let watchers)) where !watchers.isEmpty:
      return .ok(.monitoring, "stats --watch by " + watchers.map(\.description).joined(separator: ", "))
    case (.value, _):
      return .unknown(
        .monitoring, "the maps are pinned; no stats --watch reads them, and who else does can't be seen",
        Remedy(ours: watch))
    case (.unknown(let reason), _): return .unknown(.monitoring, reason, Remedy(ours: watch))
    case (.absent, _):
      return .ok(.monitoring, "no reflector runs here: nothing to watch")
    }
  }
}
