import Foundation
import Testing

@testable import ReflectorXDP
@testable import reflector_xdp

struct OutputTests {
  @Test func `JSON has the fields of the contract, in snake case`() throws {
    let line = JSON.line(Statistics.example)
    #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let fields = [
      "interface", "attach_mode", "uptime_s", "seen", "redirected", "passed", "dropped", "rules", "received",
      "reflected",
      "completed", "queues", "balanced",
    ]
    #expect(Set(fields).isSubset(of: object.keys))
    let queue = try #require((object["queues"] as? [[String: Any]])?.first)
    let queueFields = [
      "queue", "bind_mode", "cpu", "received", "reflected", "completed", "rejected", "xsk", "wakeups", "frames",
    ]
    #expect(Set(queueFields).isSubset(of: queue.keys))
    // Names of reasons and rules are data, not keys to be converted.
    #expect((object["rules"] as? [String: Int]) == ["ito.probeot": 7])
    #expect((object["passed"] as? [String: Int]) == ["not_ip": 3])
  }

  @Test func `what can't be known is absent`() throws {
    var statistics = Statistics.example
    statistics.queues[0].cpu = nil
    #expect(!JSON.line(statistics).contains("\"cpu\""))
  }

  @Test func `an event says what it is beside the fields`() {
    #expect(JSON.line(Event(event: "status", body: Statistics.example)).contains("\"event\":\"status\""))
  }

  @Test func `CSV rows fit their header`() {
    let header = StatisticsCSV.header(.example).split(separator: ",", omittingEmptySubsequences: false)
    let row = StatisticsCSV.row(.example).split(separator: ",", omittingEmptySubsequences: false)
    #expect(header.count == row.count)
    #expect(header.first == "interface" && row.first == "eth0")
    #expect(header.contains("passed_not_ip") && header.contains("rule_ito.probeot\n"))
  }

  @Test func `each column of CSV holds what it is called`() {
    #expect(
      StatisticsCSV.header(.busy)
        == "interface,attach_mode,datapath,uptime_s,seen,redirected,spread,received,reflected,completed,refused,overflowed,"
        + "balanced,loops,storms,untracked,passed_fragment,passed_not_ip,dropped_rate,rule_ito.probeot\n")
    #expect(StatisticsCSV.row(.busy) == "eth0,generic,xsk,4.5,1200,1100,,1090,1080,1070,5,,false,2,1,9,0,100,1,1099\n")
  }

  @Test func `rows of CSV keep the header's columns when rules come and go`() {
    var later = Statistics.busy
    later.rules = ["new": 5]
    #expect(StatisticsCSV.row(later, under: .busy).hasSuffix(",100,1,\n"))
  }

  @Test func `CSV quotes a name with a comma`() {
    var statistics = Statistics.example
    statistics.interface = "a,\"b"
    #expect(StatisticsCSV.row(statistics).hasPrefix("\"a,\"\"b\","))
  }

  @Test func `any line of CSV quotes what needs it`() {
    #expect(CSV.line(["a,b", "c\"d", "e f"]) == "\"a,b\",\"c\"\"d\",e f\n")
  }

  @Test func `text says what adds up, and what doesn't`() {
    #expect(StatisticsText.render(.example).contains("The accounts balance."))
    var statistics = Statistics.example
    statistics.balanced = false
    statistics.imbalances = ["seen = redirected + passed + dropped: 11 and 10"]
    let text = StatisticsText.render(statistics)
    #expect(text.contains("DON'T balance:\n  seen = redirected + passed + dropped: 11 and 10"))
  }

  @Test func `text shows each figure in its place, and no reason that didn't occur`() {
    #expect(
      StatisticsText.render(.busy) == """
        eth0: attached generic, 1 queue, reflects mac, pid 12, up 4.5 s. Frames since then:

          seen                   1,200
          redirected             1,100
            passed not_ip          100
            dropped rate             1
            alarm loops              2
            alarm storms             1
            alarm untracked          9
            rule ito.probeot     1,099
          received               1,090
          reflected              1,080
          completed              1,070
          refused by the device      5

          queue  bound  cpu  received  reflected  completed  in flight  rejected  lost
              3  copy     -     1,090      1,080      1,070         17         8     7

        The accounts DON'T balance:
          one
          two

        """)
    #expect(StatisticsText.render(.example).contains("    rule ito.probeot   7\n"))
    #expect(!StatisticsText.render(.example).contains("refused"))
  }

  @Test func `a status line has the rate since the last one, and what doesn't add up`() {
    let printer = StatusPrinter(format: .text)
    #expect(
      printer.status(.busy, since: nil).contains(
        " 240 frames/s  reflected 1,080  passed 100  dropped 1  LOOPS OR STORMS 3  NOT BALANCED: one; two"))
    #expect(
      printer.status(.busy, since: .example)
        == "eth0 generic  537 frames/s  reflected 1,080  passed 100  dropped 1  LOOPS OR STORMS 3  NOT BALANCED: one; two"
    )
    #expect(printer.status(.example, since: .example) == "eth0 native  0 frames/s  reflected 7  passed 3")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")])
  func `large figures are grouped`(value: UInt64, text: String) {
    #expect(StatisticsText.grouped(value) == text)
  }

  @Test func `on a small terminal the last of many queues are left out, and said to be`() {
    var statistics = Statistics.example
    let queue = statistics.queues[0]
    statistics.queues = (0..<32).map { index in
      var queue = queue
      queue.queue = index
      return queue
    }
    func lines(_ rows: Int?, columns: Int = 200) -> [Substring] {
      StatisticsText.render(statistics, on: rows.map { ($0, columns) })
        .split(separator: "\n", omittingEmptySubsequences: false)
    }
    let all = lines(nil).count
    #expect(lines(all) == lines(nil))
    for rows in 20..<all {
      let shown = lines(rows)
      // The last is empty: it is the cursor's.
      #expect(shown.count == rows && shown.first == lines(nil).first && shown.contains("The accounts balance."))
      #expect(shown.contains { $0.hasPrefix("  … and ") })
    }
    // The heading takes two rows of 80 columns.
    #expect(lines(24, columns: 80).count == 23)
    // Too small for anything: still one queue.
    #expect(lines(5).contains("  … and 31 more queues"))
  }

  @Test(arguments: [
    (3.417, "3.417 s"), (59.999, "59.999 s"), (60, "1 min 0 s"), (3599.9, "59 min 59 s"), (3600, "1 h 0 min"),
    (90_061, "1 d 1 h"),
  ])
  func `a time has its two largest units`(seconds: Double, text: String) {
    #expect(StatisticsText.duration(seconds) == text)
  }

  @Test func `a few queues are named one by one, many by what they have in common`() {
    var attachment = ReflectorXDP.Attachment(
      interface: "eth0", attachMode: "native", datapath: "xsk", queues: Self.queues(2), queuesWithoutSocket: [],
      pins: nil,
      pages: "4 KiB", allows: "any source with OUI 00:c0:17", flows: 0, refusals: [], warnings: [])
    #expect(
      StatusPrinter.text(attachment).hasPrefix("eth0: attached native, queue 0 copy on CPU 0, queue 1 copy on CPU 1\n"))
    #expect(StatusPrinter.text(attachment).contains("\nUMEM in pages of 4 KiB; no maps pinned\n"))
    attachment.queues[0].multiBuffer = true
    attachment.queues[0].longestFrame = 65_280
    #expect(
      StatusPrinter.text(attachment).contains(
        "\nUMEM in pages of 4 KiB; frames of several chunks on queue 0 (multi-buffer); no maps pinned\n"))
    attachment.queues[1].multiBuffer = true
    #expect(StatusPrinter.text(attachment).contains("4 KiB; frames of several chunks (multi-buffer); no maps"))
    attachment.queues = Self.queues(32)
    attachment.queues[31].bindMode = "zero-copy"
    #expect(
      StatusPrinter.text(attachment).hasPrefix(
        "eth0: attached native, queue 31 zero-copy on CPU 3, queues 0-30 copy on CPUs 0-3\n"))
  }

  @Test func `the kernel datapath has no sockets to speak of`() {
    let attachment = ReflectorXDP.Attachment(
      interface: "eth0", attachMode: "native", datapath: "kernel",
      queues: (0..<3).map { .init(queue: $0, bindMode: nil, cpu: nil) }, queuesWithoutSocket: [], pins: nil,
      pages: nil, allows: "any source with OUI 00:c0:17", flows: 0, refusals: [], warnings: [])
    #expect(
      StatusPrinter.text(attachment) == "eth0: attached native, reflects in the kernel on queues 0-2; no maps pinned\n")
  }

  @Test func `what the kernel datapath can't know is absent`() throws {
    var statistics = Statistics.example
    statistics.datapath = "kernel"
    (statistics.redirected, statistics.completed, statistics.refused) = (0, nil, nil)
    statistics.queues = [
      .init(queue: 0, bindMode: nil, received: 7, reflected: 7),
      .init(queue: 1, bindMode: "none", received: 0, reflected: 0),
    ]
    let text = StatisticsText.render(statistics)
    #expect(text.contains("reflects all in the kernel"))
    #expect(!text.contains("completed") && !text.contains("refused") && !text.contains("cpu"), "\(text)")
    #expect(text.contains("\n      0  reflects          7\n      1  passes            0"), "\(text)")
    let names = StatisticsCSV.header(statistics).split(separator: ",", omittingEmptySubsequences: false)
    let values = StatisticsCSV.row(statistics).split(separator: ",", omittingEmptySubsequences: false)
    for name in ["completed", "refused"] {
      #expect(values[try #require(names.firstIndex(of: Substring(name)))].isEmpty, "\(name)")
    }
    statistics.refused = 3
    #expect(StatisticsText.render(statistics).contains("refused by the device   3\n"))
    let json = JSON.line(statistics)
    #expect(json.contains("\"refused\":3") && !json.contains("completed") && !json.contains("xsk"), "\(json)")
  }

  @Test func `with --spread the CPUs count, and the queues say what they gave`() {
    var statistics = Statistics.example
    statistics.datapath = "kernel"
    (statistics.redirected, statistics.completed, statistics.refused) = (0, nil, 0)
    (statistics.spread, statistics.overflowed) = (1_007, 2)
    statistics.queues = [.init(queue: 0, bindMode: nil, received: 1_007)]
    statistics.cpus = [.init(cpu: 3, reflected: 1_000, rejected: 0), .init(cpu: 1, reflected: 4, rejected: 1)]
    let text = StatisticsText.render(statistics)
    for words in [
      "in the kernel on CPUs 3,1", "\n      0  spreads   1,007\n",
      "\n    3      1,000         0\n    1          4         1\n",
      "refused by a full CPU queue      2\n",
    ] { #expect(text.contains(words), "\(words): \(text)") }
    let json = JSON.line(statistics)
    #expect(json.contains("\"overflowed\":2") && json.contains("\"cpus\":[{"), "\(json)")
    #expect(StatisticsCSV.row(statistics).contains(",1007,"))
    let attachment = ReflectorXDP.Attachment(
      interface: "eth0", attachMode: "native", datapath: "kernel", spread: [3, 1],
      queues: [.init(queue: 0, bindMode: nil, cpu: nil)], queuesWithoutSocket: [], pins: nil, pages: nil,
      allows: "any source with OUI 00:c0:17", flows: 0, refusals: [],
      warnings: [])
    #expect(
      StatusPrinter.text(attachment)
        == "eth0: attached native, reflects in the kernel on CPUs 3,1, spreads queue 0; no maps pinned\n")
  }

  private static func queues(_ count: Int) -> [ReflectorXDP.Attachment.Queue] {
    (0..<count).map {
      ReflectorXDP.Attachment.Queue(
        queue: $0, bindMode: "copy", cpu: $0 % 4, multiBuffer: false, longestFrame: 3840)
    }
  }

  @Test func `tables have figures to the right and no blanks at line ends`() {
    let lines = TextTable.render([["name", "n"], ["a", "1"], ["long", "22"]])
    #expect(lines == ["name   n", "a      1", "long  22"])
  }
}

extension Statistics {
  /// Each figure another one.
  static var busy: Statistics {
    Statistics(
      interface: "eth0", attachMode: "generic", datapath: "xsk", reflect: "mac", pid: 12, uptimeS: 4.5, seen: 1200,
      redirected: 1100,
      passed: ["not_ip": 100, "fragment": 0], dropped: ["rate": 1],
      alarms: .init(loops: 2, storms: 1, untracked: 9), rules: ["ito.probeot": 1099], received: 1090,
      reflected: 1080, completed: 1070, refused: 5,
      queues: [
        Queue(
          queue: 3, bindMode: "copy", cpu: nil, frames: 64, received: 1090, reflected: 1080, completed: 1070,
          refused: 5, inFlight: 17, rejected: ["not_reflectable": 6, "invalid_descriptor": 2],
          xsk: ["rx_dropped": 3, "rx_ring_full": 4, "rx_fill_ring_empty_descs": 90], wakeups: 9, polls: 2, batches: 7,
          held: 0, linkDown: 0)
      ], balanced: false, imbalances: ["one", "two"])
  }

  static var example: Statistics {
    Statistics(
      interface: "eth0", attachMode: "native", datapath: "xsk", reflect: "all", pid: 1, uptimeS: 2.5, seen: 10,
      redirected: 7,
      passed: ["not_ip": 3], dropped: [:], rules: ["ito.probeot": 7], received: 7, reflected: 7, completed: 7,
      refused: 0,
      queues: [
        Queue(
          queue: 0, bindMode: "copy", cpu: 1, frames: 64, received: 7, reflected: 7, completed: 7, refused: 0,
          inFlight: 0,
          rejected: ["not_reflectable": 0], xsk: ["rx_dropped": 0], wakeups: 9, polls: 2, batches: 7, held: 0,
          linkDown: 0)
      ], balanced: true, imbalances: [])
  }
}
