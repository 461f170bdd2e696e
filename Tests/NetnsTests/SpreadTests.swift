import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `--spread`: what is special about it. What all datapaths do alike is tested with ``AttachMode``.
  @Suite(.enabled(if: Requirements.hasTwoCPUs, "needs two CPUs")) struct Spread {
    @Test("many conversations: both CPUs reflect; one: one CPU, in order", arguments: ["ipv4", "ipv6"])
    func conversations(family: String) throws {
      try NetnsLab.with(.spread) { lab in
        let reflector = try Reflector(in: lab, AttachMode.spread.options)
        let spread = try #require(reflector.attached.spread)
        #expect(spread.count == 2 && reflector.attached.queues.allSatisfy { $0.cpu == nil })
        let agent = try Agent.tester(in: lab)
        let one = try agent.send(2_000, ["flows": 1, "window": 64, "frame": ["family": family, "tags": "qinq"]])
        one.expectPerfect(2_000)
        #expect(one.disordered == 0, "\(one)")
        let first = try ReflectorCommand.statistics(lab)
        #expect(first.cpus?.map(\.reflected).sorted() == [0, 2_000], "\(first)")
        try agent.send(4_000, ["flows": 64, "window": 64, "frame": ["family": family]]).expectPerfect(4_000)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 6_000)
        #expect(totals.cpus?.map(\.cpu) == spread)
        #expect(totals.spread == 6_000 && totals.overflowed == 0 && totals.refused == 0)
        let busy = try #require(first.cpus?.firstIndex { $0.reflected > 0 })
        let shares = try #require(totals.cpus?.map(\.reflected))
        #expect(shares[1 - busy] > 800 && shares[busy] > 2_800, "\(shares)")
      }
    }

    @Test("--cpus names them, with --spread or alone; host traffic is left alone", arguments: [[], ["--spread", "2"]])
    func named(options: [String]) throws {
      try NetnsLab.with(.spread) { lab in
        let reflector = try Reflector(in: lab, ["--datapath", "kernel", "--cpus", "1,0"] + options)
        #expect(reflector.attached.spread == [1, 0])
        try Agent.tester(in: lab).send(500).expectPerfect(500)
        try expectPing(lab)
        let totals = try reflector.stop()
        #expect(totals.cpus?.map(\.cpu) == [1, 0] && totals.reflected == 500)
        totals.expectBalance()
      }
    }

    @Test("auto takes the kernel for it, and says so")
    func auto() throws {
      try NetnsLab.with(.spread) { lab in
        let reflector = try Reflector(in: lab, ["--datapath", "auto", "--spread", "2"])
        #expect(reflector.process.errors.contains("datapath kernel: --spread asks for it"))
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        try reflector.stop().expectAccounts(forSent: 100)
      }
    }

    @Test("a far end without a native program takes nothing: each frame is reflected there, and refused")
    func refusedByFarEnd() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, AttachMode.spread.options)
        #expect(reflector.attached.warnings.count == 1)
        #expect(try Agent.tester(in: lab).send(300, ["timeout": 0.5]).returned == 0)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 300)
        #expect(totals.refused == 300 && totals.overflowed == 0, "\(totals)")
      }
    }

    @Test("two reflectors count their own, though index, CPUs and far ends are alike")
    func two() throws {
      try NetnsLab.with { dropping in
        try NetnsLab.with(.spread) { lab in
          let reflectors = try [dropping, lab].map { try Reflector(in: $0, AttachMode.spread.options) }
          #expect(try Agent.tester(in: dropping).send(100, ["timeout": 0.2]).returned == 0)
          try Agent.tester(in: lab).send(200).expectPerfect(200)
          let totals = try reflectors.map { try $0.stop() }
          #expect(totals.map(\.refused) == [100, 0] && totals.map(\.overflowed) == [0, 0])
          #expect(totals.map(\.spread) == [100, 200])
          for one in totals { one.expectBalance() }
        }
      }
    }

    @Test("after SIGINT and after kill -9 the threads of its CPUs are gone", arguments: [SIGINT, SIGKILL])
    func threads(signal: CInt) throws {
      try NetnsLab.with(.spread) { lab in
        let before = try Self.maps()
        let reflector = try Reflector(in: lab, AttachMode.spread.options)
        let own = try Self.maps().subtracting(before)
        #expect(own.count == 1, "\(own)")
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        reflector.process.signal(signal)
        _ = try reflector.process.wait()
        _ = try eventually(within: 15, "the threads of \(own) end") {
          try Self.maps().isDisjoint(with: own) ? true : nil
        }
      }
    }

    /// The CPUMAPs that have threads, by their ids. Other reflectors' among them.
    private static func maps() throws -> Set<Substring> {
      var found: Set<Substring> = []
      for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
        guard let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
          name.hasPrefix("cpumap/"), let id = name.split(separator: ":").last
        else { continue }
        found.insert(id)
      }
      return found
    }

    @Test("doctor complains of nothing that isn't so")
    func doctor() throws {
      try NetnsLab.with(.spread) { lab in
        let reflector = try Reflector(in: lab, AttachMode.spread.options)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        let outcome = try ReflectorCommand.run([
          "doctor", lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval", "0.1", "--format",
          "json",
        ])
        let report = try DoctorReport(json: outcome.output)
        for (check, value) in [("xsk_drops", "none since the attach"), ("accounts", "balance")] {
          #expect(try report.finding(check).value == value)
        }
        #expect(try report.finding("zero_copy").status == "ok")
        try reflector.stop().expectAccounts(forSent: 100)
      }
    }

    @Test("what can't be: 64, and why")
    func usage() throws {
      let cases: [([String], String)] = [
        (["--spread", "2"], "has lost its queue"), (["--datapath", "kernel", "--spread", "1"], "2 CPUs at least"),
        (["--datapath", "kernel", "--cpus", "0"], "2 CPUs at least"),
        (["--datapath", "kernel", "--spread", "4097"], "this process may use"),
        (["--datapath", "kernel", "--spread", "3", "--cpus", "0,1"], "--cpus names 2"),
        (["--datapath", "kernel", "--cpus", "0,4097"], "no CPU 4097"),
        (["--datapath", "kernel", "--spread", "2", "--mode", "generic"], "generic XDP"),
        (["--datapath", "auto", "--spread", "2", "--batch", "64"], "--batch"),
      ]
      for (options, why) in cases {
        let outcome = try ReflectorCommand.run(["attach", "lo"] + options)
        #expect(outcome.status == 64 && outcome.errors.contains(why), "\(options): \(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 3, "\(outcome)")
      }
      let outcome = try ReflectorCommand.run(["attach", "lo", "--datapath", "kernel", "--spread", "2"])
      #expect(outcome.status == 69 && outcome.errors.contains("frames can't be spread over CPUs"), "\(outcome)")
    }
  }
}
