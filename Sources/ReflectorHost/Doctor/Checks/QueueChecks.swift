internal import LinuxSystem
internal import XDPControl

/// How frames spread over the queues, and whether each queue can answer.
enum QueueChecks {
  static func findings(_ examination: Examination) -> [Finding] {
    queues(examination) + transmitQueues(examination) + rssTable(examination) + hashFields(examination)
  }

  private static func queues(_ examination: Examination) -> [Finding] {
    examination.survey.receiveQueues.finding(on: .queues) { queues in
      let bound = examination.setup.queues.count
      let cpus = examination.survey.allowedCPUs.value?.count
      let value =
        "\(queues.inUse) RX of at most \(queues.maximum), \(bound) \(examination.setup.reflectsInKernel ? "reflect" : "with a socket")"
        + (cpus.map { ", \(count($0, "CPU"))" } ?? "")
      guard let cpus else { return .ok(.queues, value) }
      if let missing = examination.setup.queues.first(where: { $0 >= queues.inUse }) {
        return .fail(
          .queues, "there is no queue \(missing): \(queues.inUse) RX, 0 to \(queues.inUse - 1)",
          examination.commands.attach(
            "", plain: missing < queues.maximum ? channels(missing + 1, examination)?.plain : nil))
      }
      if let finding = withoutSocket(queues.inUse, value, examination) { return finding }
      // A veth has as many as its far end sends to; with fewer there is no native XDP.
      if examination.setup.reflectsInKernel { return more(queues, value, cpus, examination) }
      if bound > cpus, examination.interface.kind == "veth" { return .ok(.queues, value + "; workers share them") }
      if bound > cpus { return .warn(.queues, value, why: "Workers share a CPU.", channels(cpus, examination)) }
      return more(queues, value, cpus, examination)
    }
  }

  private static func more(_ queues: ReceiveQueues, _ value: String, _ cpus: Int, _ examination: Examination) -> Finding
  {
    let possible = min(queues.maximum, cpus)
    guard queues.inUse < possible else { return .ok(.queues, value) }
    return .warn(.queues, value, why: "More queues could use more CPUs.", channels(possible, examination))
  }

  /// Left out by whoever named the queues. Where RSS can be looked at, that says whether anything arrives there.
  private static func withoutSocket(_ inUse: Int, _ value: String, _ examination: Examination) -> Finding? {
    if case .value = examination.survey.rss { return nil }
    let answering = min(inUse, examination.survey.transmitQueues.value ?? inUse)
    let missing = (0..<answering).filter { !examination.setup.queues.contains($0) }
    guard !missing.isEmpty else { return nil }
    return .warn(
      .queues, value, why: "Test frames that arrive on \(named(missing)) go to the host's stack.",
      Remedy(ours: examination.commands.ours("attach")))
  }

  private static func channels(_ count: Int, _ examination: Examination) -> Remedy? {
    // Without channels to set, as on a tap, there is no command.
    guard let channels = examination.survey.channels.value else { return nil }
    let isCombined = channels.maximum.combined > 0
    return examination.commands.tune(
      examination.commands.ethtool("-L", isCombined ? "combined \(count)" : "rx \(count) tx \(count)"))
  }

  private static func transmitQueues(_ examination: Examination) -> [Finding] {
    // What XDP sends goes by no queue of the same number.
    guard !examination.setup.reflectsInKernel, let receive = examination.survey.receiveQueues.value?.inUse else {
      return []
    }
    return examination.survey.transmitQueues.finding(on: .transmitQueues) { transmit in
      guard transmit < receive else { return .ok(.transmitQueues, "\(transmit) TX for \(receive) RX") }
      return .warn(
        .transmitQueues, "\(transmit) TX for \(receive) RX",
        why: "Test frames on RX queues from \(transmit) up go to the host's stack.",
        examination.commands.tune(examination.commands.ethtool("-L", "rx \(transmit) tx \(transmit)")))
    }
  }

  // MARK: RSS

  private static func rssTable(_ examination: Examination) -> [Finding] {
    examination.survey.rss.finding(on: .rssTable) { table in
      guard !table.queues.isEmpty else { return nil }
      let shares = Dictionary(table.queues.map { (Int($0), 1) }, uniquingKeysWith: +)
      let sockets = examination.setup.queues
      let strays = shares.keys.filter { !sockets.contains($0) }.sorted()
      let remedy = equalShares(sockets, examination)
      if !strays.isEmpty {
        let slots = strays.reduce(0) { $0 + (shares[$1] ?? 0) }
        return .fail(
          .rssTable,
          "\(slots) of \(table.queues.count) slots feed \(named(strays)), "
            + (examination.setup.reflectsInKernel ? "which don't reflect" : "without a socket"), remedy)
      }
      return uneven(shares, sockets, slots: table.queues.count, remedy)
    }
  }

  private static func uneven(_ shares: [Int: Int], _ sockets: [Int], slots: Int, _ remedy: Remedy) -> Finding {
    let idle = sockets.filter { shares[$0] == nil }
    if !idle.isEmpty {
      return .warn(
        .rssTable, "no slot of \(slots) feeds \(named(idle))", why: "Their workers have nothing to do.", remedy)
    }
    let counts = sockets.compactMap { shares[$0] }
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    // A table that the queues don't divide has shares that differ by one.
    guard most - least > max(1, least / 4) else { return .ok(.rssTable, "\(slots) slots, even over \(named(sockets))") }
    return .warn(
      .rssTable, "\(slots) slots, \(least) to \(most) for a queue", why: "One queue gets more than the others.", remedy)
  }

  /// `equal` starts at queue 0; other sets of queues take weights.
  private static func equalShares(_ sockets: [Int], _ examination: Examination) -> Remedy {
    let isFromZero = sockets == Array(0..<sockets.count)
    let weights = (0...(sockets.last ?? 0)).map { sockets.contains($0) ? "1" : "0" }.joined(separator: " ")
    let arguments = isFromZero ? "equal \(sockets.count)" : "weight \(weights)"
    return examination.commands.tune(examination.commands.ethtool("-X", arguments))
  }

  private static func hashFields(_ examination: Examination) -> [Finding] {
    // With one there is nothing to spread.
    guard examination.setup.queues.count > 1 else { return [] }
    var values: [String] = []
    var lacking: [HashedFlow] = []
    for flow in HashedFlow.allCases {
      switch examination.survey.hashFields[flow] ?? .absent {
      case .absent: continue
      case .unknown(let reason): return [.unknown(.hashFields, reason)]
      case .value(let fields):
        values.append("\(flow.rawValue) \(fields.isEmpty ? "none" : fields.text)")
        if !fields.isSuperset(of: .addressesAndPorts) { lacking.append(flow) }
      }
    }
    guard !values.isEmpty else { return [] }
    let value = values.joined(separator: ", ")
    guard !lacking.isEmpty else { return [.ok(.hashFields, value)] }
    let plain = lacking.map { examination.commands.ethtool("-N", "rx-flow-hash \($0.rawValue) sdfn") }
    return [
      .warn(
        .hashFields, value, why: "Without the ports (fn) all streams between two addresses arrive on one queue.",
        examination.commands.tune(plain.joined(separator: " && ")))
    ]
  }

  private static func named(_ queues: [Int]) -> String {
    "queue\(queues.count == 1 ? "" : "s") \(IndexList(unique: queues))"
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
