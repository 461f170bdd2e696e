import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// What others can see of it, and what it costs them.
  @Suite struct Observation {
    @Test("stats, bpftool and the totals say the same (fault 9)", arguments: AttachMode.allCases)
    func agreement(mode: AttachMode) throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        try agent.ask("refuse", ["kinds": ["foreign_oui", "fragment", "other_port"]])

        let statistics = try ReflectorCommand.statistics(lab)
        statistics.expectAccounts(forSent: 1_000)
        #expect(statistics.passed["fragment"] == 4)
        let counters = try KernelState.counters(pinnedIn: reflector.attached.pins)
        #expect(counters["redirected"] == statistics.redirected)
        for reason in ["foreign_oui", "fragment", "other_port", "no_socket"] {
          #expect(counters["passed_" + reason] == statistics.passed[reason], "\(reason)")
        }
        for map in ["config", "ports", "signatures", "rule_counters", "session", "workers", "xsk_statistics"] {
          let text = try runChecked(["bpftool", "-j", "map", "dump", "pinned", "\(reflector.attached.pins)/\(map)"])
          #expect(text.contains("formatted"), "no BTF for \(map)")
        }

        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 1_000)
        #expect(totals.passed["fragment"] == 4)
      }
    }

    @Test("stats taken while frames fly balance every time")
    func underLoad() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab)
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 2_000, "window": 64, "flows": 64, "seconds": 2])
        var last = try eventually(within: 15, "traffic flows") {
          let received = try ReflectorCommand.statistics(lab).received
          return received > 0 ? received : nil
        }
        for _ in 0..<5 {
          let statistics = try ReflectorCommand.statistics(lab)
          #expect(statistics.balanced, "\(statistics)")
          #expect(statistics.received >= last)
          last = statistics.received
        }
        let books = try agent.books()
        books.expectPerfect()
        try reflector.stop().expectAccounts(forSent: books.sent)
      }
    }

    @Test("a status line an interval, JSON each of them, the totals last")
    func intervals() throws {
      try NetnsLab.with { lab in
        // First: to start scapy can take longer than the reflector lives.
        let agent = try Agent.tester(in: lab)
        let reflector = try Reflector(in: lab, ["--interval", "1", "--duration", "3"])
        try agent.send(11).expectPerfect(11)
        #expect(try reflector.process.wait(seconds: 15) == 0)
        let lines = reflector.process.output.split(separator: "\n").map(String.init)
        #expect(lines.count >= 4, "\(lines)")
        for line in lines { _ = try jsonObject(line) }
        try reflector.totals().expectAccounts(forSent: 11)
      }
    }

    @Test("idle: under 1% of a core (fault 11)", arguments: AttachMode.allCases)
    func idle(mode: AttachMode) throws {
      // One queue: a debug build counts its chunks in every turn, which is most of what it does when idle.
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, mode.options)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        let start = ContinuousClock.now
        let before = try reflector.cpuNanoseconds()
        sleep(3)
        let used = try reflector.cpuNanoseconds() - before
        let wall = Double((ContinuousClock.now - start) / .nanoseconds(1))
        #expect(Double(used) < 0.01 * wall, "\(used) ns of CPU in \(wall) ns")
        try reflector.stop().expectAccounts(forSent: 100)
      }
    }

    @Test("no more memory than its frames need")
    func memory() throws {
      try NetnsLab.with(.init(queues: 4)) { lab in
        let reflector = try Reflector(in: lab)
        try Agent.tester(in: lab).send(10_000, ["window": 64, "flows": 64]).expectPerfect(10_000)
        // Four queues of 4096 chunks of 4 KiB, and 96 MiB for the program, its rings and a debug build.
        #expect(try reflector.peakResidentKibibytes() < (4 * 4096 * 4096) / 1024 + 96 * 1024)
        try reflector.stop().expectAccounts(forSent: 10_000)
      }
    }

    /// A veth gives its sockets no NAPI id, so there is nobody to defer its interrupts for. That the values
    /// are set and put back where there is one is tested on BusyPollHostSettings itself.
    @Test("--busy-poll spins, reflects, and leaves a veth's interrupts as they are (fault 14)")
    func busyPoll() throws {
      try NetnsLab.with { lab in
        let settings = ["napi_defer_hard_irqs", "gro_flush_timeout"].map {
          "/sys/class/net/\(lab.reflector.interface)/\($0)"
        }
        let read = { try runChecked(lab.reflector.inside(["cat"] + settings)) }
        let before = try read()
        let reflector = try Reflector(in: lab, ["--busy-poll"])
        let used = try reflector.cpuNanoseconds()
        sleep(1)
        #expect(try reflector.cpuNanoseconds() - used > 100_000_000, "it says busy-poll and sleeps")
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        #expect(try read() == before)
        try reflector.stop().expectAccounts(forSent: 100)
        #expect(try read() == before)
      }
    }

    @Test("--format csv: a header, then rows of as many columns; text: totals to read")
    func formats() throws {
      try NetnsLab.with { lab in
        let options = ["attach", lab.reflector.interface, "--netns", lab.reflector.namespace, "--duration", "1.5"]
        let csv = try ReflectorCommand.run(options + ["--format", "csv"])
        #expect(csv.status == 0, "\(csv)")
        let widths = csv.output.split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(widths.count >= 2 && Set(widths).count == 1 && widths[0] > 5, "\(csv)")
        let text = try ReflectorCommand.run(options + ["--format", "text"])
        #expect(text.status == 0 && text.output.contains("balance"), "\(text)")
      }
    }

    @Test("list names the interface, its driver and what is attached")
    func list() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let outcome = try ReflectorCommand.run(["list", "--netns", lab.reflector.namespace, "--format", "json"])
        #expect(outcome.status == 0, "\(outcome)")
        _ = try jsonObject(outcome.output)
        for word in ["\"\(lab.reflector.interface)\"", "veth"] {
          #expect(outcome.output.contains(word), "\(outcome)")
        }
        try reflector.stop().expectAccounts(forSent: 0)
      }
    }
  }
}
