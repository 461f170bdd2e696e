import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What others can see of it, and what it costs them.
  @Suite struct Observation {
    @Test("stats, bpftool and the totals say the same (fault 9)", arguments: AttachMode.allCases)
    func agreement(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        try agent.ask("refuse", ["kinds": ["foreign_oui", "fragment", "other_port"]])

        let statistics = try ReflectorCommand.statistics(lab)
        statistics.expectAccounts(forSent: 1_000)
        #expect(statistics.passed["fragment"] == 4)
        let counters = try KernelState.counters(pinnedIn: reflector.attached.pins)
        #expect(counters["redirected"] == statistics.redirected)
        #expect(counters["reflected"] == (mode.isKernel && mode != .spread ? statistics.reflected : 0))
        #expect(counters["spread"] == statistics.spread ?? 0)
        for reason in ["foreign_oui", "fragment", "other_port", "other_queue", "no_socket"] {
          #expect(counters["passed_" + reason] == statistics.passed[reason], "\(reason)")
        }
        for map in [
          "config", "ports", "signatures", "rule_counters", "queue_counters", "refusals", "session", "workers",
          "xsk_statistics",
        ] {
          let text = try runChecked(["bpftool", "-j", "map", "dump", "pinned", "\(reflector.attached.pins)/\(map)"])
          #expect(text.contains("formatted"), "no BTF for \(map)")
        }

        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 1_000)
        #expect(totals.passed["fragment"] == 4)
      }
    }

    @Test("stats taken while frames fly balance every time", arguments: AttachMode.eachDatapath)
    func underLoad(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
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
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        // What is idle only now and then, or not at all, is over in most of these times. A shared machine that
        // takes a CPU away for a while charges that to whoever was on it, in one or two of them.
        let shares = try (0..<5).map { _ in try Self.shareOfACore(reflector) }
        #expect(shares.sorted()[shares.count / 2] < 0.01, "\(shares) of a core")
        try reflector.stop().expectAccounts(forSent: 100)
      }
    }

    /// CPU time over a while, as a part of it.
    private static func shareOfACore(_ reflector: Reflector) throws -> Double {
      let start = ContinuousClock.now
      let before = try reflector.cpuNanoseconds()
      usleep(600_000)
      let used = try reflector.cpuNanoseconds() - before
      return Double(used) / ((ContinuousClock.now - start) / .nanoseconds(1))
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
        #expect(csv.output.split(separator: "\n").count { $0.hasPrefix("interface,") } == 1, "\(csv)")
        let text = try ReflectorCommand.run(options + ["--format", "text"])
        #expect(text.status == 0 && text.output.contains("balance"), "\(text)")
      }
    }

    @Test("stats --watch: a header, then rows until the reflector ends")
    func watch() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let watch = try ChildProcess([
          ReflectorCommand.path, "stats", lab.reflector.interface, "--netns", lab.reflector.namespace, "--watch",
          "--interval", "0.1", "--format", "csv",
        ])
        _ = try eventually(within: 15, "four lines; it wrote: \(watch.errors)") {
          watch.output.split(separator: "\n").count >= 4 ? true : nil
        }
        try reflector.stop().expectAccounts(forSent: 0)
        #expect(try watch.wait() == 0, "\(watch.errors)")
        let lines = watch.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("interface,") && lines.dropFirst().allSatisfy { $0.hasPrefix("rx0,native,") })
      }
    }

    @Test("--pin-dir: the maps are there, and stats finds them there")
    func pinDirectory() throws {
      try NetnsLab.with { lab in
        let folder = "/sys/fs/bpf/rx-\(getpid())-pins"
        let reflector = try Reflector(in: lab, ["--pin-dir", folder])
        #expect(reflector.attached.pins == "\(folder)/rx0@\(lab.reflector.namespace)")
        #expect(access(reflector.attached.pins + "/session", F_OK) == 0 && KernelState.pins(of: lab) == [])
        let stats = ["stats", lab.reflector.interface, "--netns", lab.reflector.namespace]
        #expect(try ReflectorCommand.run(stats + ["--pin-dir", folder]).status == 0)
        #expect(try ReflectorCommand.run(stats).status == 66)
        try reflector.stop().expectAccounts(forSent: 0)
        #expect(access(folder, F_OK) != 0, "the folder is left behind")
      }
    }

    @Test("--config: what the file says is done, and the command line wins")
    func config() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let path = NSTemporaryDirectory() + "/reflector-test-\(getpid()).yaml"
        defer { unlink(path) }
        try "mode: generic\nqueues: 1\nreflect: mac\nduration: 300\nhuge-pages: false\n".write(
          toFile: path, atomically: false, encoding: .utf8)
        let reflector = try Reflector(in: lab, ["--config", path, "--queues", "0"])
        #expect(reflector.attached.attachMode == "generic")
        #expect(reflector.attached.queues.map(\.queue) == [0])
        #expect(try reflector.stop().reflect == "mac")
      }
    }

    @Test("what will spoil the result is said at the start")
    func warnings() throws {
      try NetnsLab.with(.init(mtu: 1780)) { lab in
        try lab.reflector.setLink("down")
        let reflector = try Reflector(in: lab, ["--chunk-size", "2048"])
        let warning = Requirements.hasMultiBuffer ? nil : "MTU 1780: frames over 1792 bytes"
        let words = ["rx0 is down", warning].compactMap { $0 }
        #expect(reflector.attached.warnings.count == words.count, "\(reflector.attached.warnings)")
        for words in words {
          #expect(reflector.attached.warnings.contains { $0.contains(words) }, "\(reflector.attached.warnings)")
          #expect(reflector.process.errors.contains(words))
        }
        try reflector.stop().expectAccounts(forSent: 0)
        try lab.reflector.setLink("up")
        let other = try Reflector(in: lab)
        #expect(other.attached.warnings == [])
        try other.stop().expectAccounts(forSent: 0)
      }
    }

    @Test("a frame longer than a chunk, for which it wasn't attached, is dropped and counted", arguments: [2048, 4096])
    func longFrames(chunkSize: Int) throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--chunk-size", "\(chunkSize)"])
        for end in [lab.tester, lab.reflector] { try end.setLink("mtu", "3000") }
        let agent = try Agent.tester(in: lab)
        let fits = chunkSize == 4096
        let books = try agent.send(10, ["frame": ["size": 2_000], "timeout": fits ? 10 : 0.2])
        #expect(books.returned == (fits ? 10 : 0) && books.corrupted == 0, "\(books)")
        let totals = try reflector.stop()
        #expect(totals.redirected == 10 && totals.received == (fits ? 10 : 0), "\(totals)")
        #expect(totals.queues[0].xsk?["rx_dropped"] == (fits ? 0 : 10), "\(totals)")
        totals.expectBalance()
      }
    }

    @Test("list names the interface, its driver and what is attached", arguments: [AttachMode.native, .kernel])
    func list(mode: AttachMode) throws {
      let name = mode == .kernel ? "reflector_tx" : "reflector"
      try NetnsLab.with(.init(queues: 3)) { lab in
        // Fewer in use than there may be, and a cable that is out at the other end.
        try runChecked(lab.tester.inside(["ethtool", "-L", lab.tester.interface, "tx", "2"]))
        try runChecked(lab.reflector.inside(["ethtool", "-L", lab.reflector.interface, "rx", "2"]))
        let reflector = try Reflector(in: lab, mode.options + ["--queues", "0"])
        try lab.tester.setLink("down")
        let outcome = try ReflectorCommand.run(["list", "--netns", lab.reflector.namespace, "--format", "json"])
        #expect(outcome.status == 0, "\(outcome)")
        let interfaces = try #require(try jsonObject(outcome.output) as? [[String: Any]])
        let one = try #require(interfaces.first { $0["interface"] as? String == lab.reflector.interface })
        #expect(one["driver"] as? String == "veth" && one["mac"] as? String == lab.reflector.mac)
        #expect(one["queues"] as? Int == 2 && one["queues_maximum"] as? Int == 3, "\(outcome)")
        #expect(one["up"] as? Bool == true && one["carrier"] as? Bool == false && one["mtu"] as? Int == 1500)
        let program = try #require(one["program"] as? [String: Any])
        #expect(program["name"] as? String == name && program["mode"] as? String == "native")
        #expect(program["id"] as? Int == (try KernelState.program(on: lab.reflector)?.id))
        // Before Linux 6.3 nobody tells.
        let (native, zeroCopy) = (one["native_xdp"] as? String ?? "", one["zero_copy"] as? String ?? "")
        #expect([["yes", "no"], ["unknown", "unknown"]].contains([native, zeroCopy]), "\(outcome)")

        let attached = "\(name) id \(program["id"] as? Int ?? 0) native"
        let list = ["list", "--netns", lab.reflector.namespace]
        let row = ["rx0", "veth", "2", "3", native, zeroCopy, "1500", "no carrier", attached]
        let csv = try ReflectorCommand.run(list + ["--format", "csv"])
        #expect(csv.output.contains("\n" + row.joined(separator: ",") + "\n"), "\(csv)")
        #expect(csv.output.hasPrefix("interface,driver,queues,queues_maximum,native_xdp,zero_copy,mtu,link,program\n"))
        let text = try ReflectorCommand.run(list)
        let line = text.output.split(separator: "\n").first { $0.hasPrefix("rx0 ") } ?? ""
        #expect(line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) } == row, "\(text)")
        try reflector.stop().expectAccounts(forSent: 0)
      }
    }
  }
}
