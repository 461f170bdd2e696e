import LinuxSystem
import ReflectorXDP

/// What `attach` prints while it runs, in each format.
struct StatusPrinter {
  private let format: Format
  private let interactive: Bool
  private var last: Statistics?
  /// What CSV's header was made of.
  private var first: Statistics?

  init(format: Format) {
    self.format = format
    interactive = format == .text && Terminal.isInteractive
  }

  mutating func attached(_ attachment: Attachment) {
    switch format {
    case .text: Terminal.output(Self.text(attachment) + Self.openness(attachment))
    case .json: Terminal.output(JSON.line(Event(event: "attached", body: attachment)))
    case .csv: break  // A header needs the rules' names, which come with the first row.
    }
  }

  /// Leaves a line out when the reader is paused (`| less`): it would hold this thread, which has signals to look after.
  ///
  /// - Returns: false when nobody reads any more.
  mutating func status(_ statistics: Statistics) -> Bool {
    guard Terminal.outputHasRoom else { return true }
    defer { last = statistics }
    switch format {
    case .text:
      let line = status(statistics, since: last)
      return interactive ? Terminal.status(line) : Terminal.output(line + "\n")
    case .json: return Terminal.output(JSON.line(Event(event: "status", body: statistics)))
    case .csv: return row(statistics)
    }
  }

  mutating func totals(_ statistics: Statistics) {
    switch format {
    case .text: Terminal.output((interactive && last != nil ? "\n\n" : "\n") + StatisticsText.render(statistics))
    case .json: Terminal.output(JSON.line(Event(event: "totals", body: statistics)))
    case .csv: _ = row(statistics)
    }
    last = statistics
  }

  private mutating func row(_ statistics: Statistics) -> Bool {
    guard let first else {
      first = statistics
      return Terminal.output(StatisticsCSV.header(statistics) + StatisticsCSV.row(statistics))
    }
    return Terminal.output(StatisticsCSV.row(statistics, under: first))
  }

  /// Up to as many queues are named one by one; `stats` has each of a hundred, too.
  private static let fewQueues = 8

  static func text(_ attachment: Attachment) -> String {
    let pins = attachment.pins.map { "maps in \($0)" } ?? "no maps pinned"
    guard attachment.datapath != "kernel" else {
      let queues = attachment.queues.map(\.queue)
      let cpus = attachment.spread.map { "CPUs \(IndexList(unique: $0)), spreads " } ?? ""
      return """
        \(attachment.interface): attached \(attachment.attachMode), reflects in the kernel on \(cpus)\
        queue\(queues.count == 1 ? "" : "s") \(IndexList(unique: queues)); \(pins)

        """
    }
    let queues =
      attachment.queues.count > fewQueues
      ? summary(attachment.queues)
      : attachment.queues.map { queue in
        "queue \(queue.queue) \(queue.bindMode ?? "-")" + (queue.cpu.map { " on CPU \($0)" } ?? "")
      }
    return """
      \(attachment.interface): attached \(attachment.attachMode), \(queues.joined(separator: ", "))
      UMEM in pages of \(attachment.pages ?? "-")\(chains(attachment.queues)); \(pins)

      """
  }

  /// Who gets an answer, and what it costs to know who is talking.
  static func openness(_ attachment: Attachment) -> String {
    let memory = attachment.flowsBytes.map { " (\(($0 + 512 * 1024) >> 20) MiB)" } ?? ""
    let flows =
      attachment.flows == 0
      ? "keeps no conversations" : "keeps \(StatisticsText.grouped(UInt64(attachment.flows))) conversations" + memory
    return "Answers \(attachment.allows); \(flows)\n"
  }

  /// Nothing where each frame fits a chunk.
  private static func chains(_ queues: [Attachment.Queue]) -> String {
    let some = queues.filter { $0.multiBuffer == true }
    guard !some.isEmpty else { return "" }
    let which =
      some.count == queues.count ? "" : " on queue\(some.count == 1 ? "" : "s") \(IndexList(unique: some.map(\.queue)))"
    return "; frames of several chunks\(which) (multi-buffer)"
  }

  /// `queues 0-31 zero-copy on CPUs 0-15`, for each way of binding.
  private static func summary(_ queues: [Attachment.Queue]) -> [String] {
    Set(queues.compactMap(\.bindMode)).sorted(by: >).map { mode in
      let bound = queues.filter { $0.bindMode == mode }
      let cpus = Set(bound.compactMap(\.cpu)).sorted()
      return "queue\(bound.count == 1 ? "" : "s") \(IndexList(unique: bound.map(\.queue))) \(mode)"
        + (cpus.isEmpty ? "" : " on CPU\(cpus.count == 1 ? "" : "s") \(IndexList(unique: cpus))")
    }
  }

  /// Nothing where policy refused nobody.
  private static func refusals(_ statistics: Statistics) -> String {
    let dropped = statistics.dropped.values.reduce(0, +)
    let alarms = statistics.alarms.loops + statistics.alarms.storms
    return (dropped > 0 ? "  dropped \(StatisticsText.grouped(dropped))" : "")
      + (alarms > 0 ? "  LOOPS OR STORMS \(alarms)" : "")
  }

  func status(_ statistics: Statistics, since last: Statistics?) -> String {
    let seconds = statistics.uptimeS - (last?.uptimeS ?? 0)
    let frames = statistics.reflected - (last?.reflected ?? 0)
    let rate = seconds > 0 ? UInt64((Double(frames) / seconds).rounded()) : 0
    let passed = statistics.passed.values.reduce(0, +)
    return "\(statistics.interface) \(statistics.attachMode)  \(StatisticsText.grouped(rate)) frames/s  "
      + "reflected \(StatisticsText.grouped(statistics.reflected))  passed \(StatisticsText.grouped(passed))"
      + Self.refusals(statistics)
      + (statistics.balanced ? "" : "  NOT BALANCED: " + statistics.imbalances.joined(separator: "; "))
  }
}
