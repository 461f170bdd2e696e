import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `doctor` on a real kernel: it finds what is wrong, its commands mend it, and it changes nothing itself.
  @Suite struct Doctor {
    private func arguments(_ lab: NetnsLab, _ options: [String] = []) -> [String] {
      ["doctor", lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval", "0.2"] + options
    }

    /// The report, whose exit status tells whether something fails.
    private func examine(_ lab: NetnsLab, _ options: [String] = []) throws -> DoctorReport {
      try parsed(ReflectorCommand.run(arguments(lab, options) + ["--format", "json"]))
    }

    private func parsed(_ outcome: Outcome) throws -> DoctorReport {
      let report = try DoctorReport(json: outcome.output)
      #expect(outcome.status == (report.failures > 0 ? 1 : 0), "\(outcome)")
      #expect(outcome.errors == "", "\(outcome)")
      return report
    }

    /// What this suite's machine may be like, whatever the lab. (Root in a container may not look into all processes.)
    private static let hostChecks: Set = [
      "governor", "turbo", "isolated_cpus", "smt", "queues", "huge_pages", "napi", "xsk_sockets",
    ]

    @Test("a healthy lab: nothing fails, nothing to warn of, nothing unknown, and nothing is changed")
    func healthy() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        func state() throws -> String {
          try ["link show dev", "address show dev"].reduce("") {
            try $0 + runChecked(["sh", "-c", "ip -n \(lab.reflector.namespace) -d \($1) \(lab.reflector.interface)"])
          } + runChecked(lab.reflector.inside(["ethtool", "-k", lab.reflector.interface]))
        }
        let before = try state()
        let report = try examine(lab)
        #expect(report.failures == 0 && report.bottleneck == nil)
        #expect(report.interface == lab.reflector.interface && report.namespace == lab.reflector.namespace)
        let poor = report.findings.filter { $0.status != "ok" && !Self.hostChecks.contains($0.check) }
        #expect(poor.isEmpty, "\(poor)")
        // A veth has none of these.
        for check in ["rss_table", "rings", "interrupts", "pause"] {
          #expect(throws: TestFailure.self) { try report.finding(check) }
        }
        #expect(try state() == before)
      }
    }

    @Test("text: aligned, a summary at the end, the same findings as in JSON")
    func text() throws {
      try NetnsLab.with { lab in
        let outcome = try ReflectorCommand.run(arguments(lab))
        let report = try examine(lab)
        #expect(outcome.status == 0 && !outcome.output.contains("\u{1b}"), "no colors where nobody looks: \(outcome)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let counts = "\(report.failures) fail, \(report.warnings) warn, \(report.unknown) unknown, \(report.ok) ok"
        #expect(lines.last == counts)
        #expect(lines.allSatisfy { $0.count <= 80 || $0.contains("$ ") }, "\(outcome.output)")
        // Long ones are wrapped.
        let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for finding in report.findings where finding.check != "nic_drops" {
          #expect(words.contains("\(finding.status) \(finding.check) \(finding.value)"), "\(finding)")
        }
      }
    }

    @Test("a far end that leaves checksums unfinished: the command mends it")
    func peerChecksum() throws {
      try NetnsLab.with { lab in
        let interface = lab.tester.interface
        try runChecked(lab.tester.inside(["ethtool", "-K", interface, "tx", "on"]))
        let finding = try examine(lab).finding("peer_checksum")
        #expect(finding.status == "warn" && finding.value == "on at \(interface) in \(lab.tester.namespace)")
        let command = try #require(finding.commands?.plain)
        #expect(command == "ip netns exec \(lab.tester.namespace) ethtool -K \(interface) tx off")
        try runChecked(["sh", "-c", command])
        #expect(try examine(lab).finding("peer_checksum").status == "ok")
      }
    }

    @Test("the same with both ends in one namespace")
    func peerBeside() throws {
      try NetnsLab.with { lab in
        let namespace = lab.reflector.namespace
        try runChecked(["ip", "-n", namespace, "link", "add", "near0", "type", "veth", "peer", "far0"])
        for end in ["near0", "far0"] { try runChecked(["ip", "-n", namespace, "link", "set", "dev", end, "up"]) }
        func finding() throws -> DoctorReport.Finding {
          let command = ["doctor", "near0", "--netns", namespace, "--interval", "0.1", "--format", "json"]
          return try parsed(ReflectorCommand.run(command)).finding("peer_checksum")
        }
        let found = try finding()
        #expect(found.status == "warn" && found.value == "on at far0")
        try runChecked(["sh", "-c", try #require(found.commands?.plain)])
        #expect(try finding().status == "ok")
      }
    }

    @Test("an interface that is down, by its altname: the command mends it")
    func down() throws {
      try NetnsLab.with { lab in
        let name = "the-far-end-of-a-tester"
        try runChecked([
          "ip", "-n", lab.reflector.namespace, "link", "property", "add", "dev", lab.reflector.interface, "altname",
          name,
        ])
        try lab.reflector.setLink("down")
        func examine() throws -> DoctorReport {
          let command = ["doctor", name, "--netns", lab.reflector.namespace, "--interval", "0.1", "--format", "json"]
          return try parsed(ReflectorCommand.run(command))
        }
        let report = try examine()
        #expect(report.interface == lab.reflector.interface)
        let finding = try report.finding("interface")
        #expect(finding.status == "fail" && finding.value.contains("\(name) is an altname of"))
        try runChecked(["sh", "-c", try #require(finding.commands?.plain)])
        try lab.waitForCarrier(lab.reflector)
        #expect(try examine().finding("interface").status == "ok")
      }
    }

    @Test("somebody else's XDP program is named, and fails")
    func foreignProgram() throws {
      try NetnsLab.with { lab in
        let host = try Agent(at: lab.reflector)
        let answer = try host.ask("occupy", ["interface": lab.reflector.interface])
        let id = try #require(
          (try jsonObject(String(decoding: answer, as: UTF8.self)) as? [String: Any])?["id"] as? Int)
        let finding = try examine(lab).finding("xdp_program")
        #expect(
          finding.status == "fail" && finding.value == "somebody_else, id \(id), held by pid \(host.pid) (python3)")
        try host.ask("vacate")
        _ = try eventually(within: 15, "the program has gone") {
          try examine(lab).finding("xdp_program").status == "ok" ? true : nil
        }
      }
    }

    @Test("a process with an AF_XDP socket is named")
    func foreignSocket() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let holder = try Agent(at: lab.reflector)
        try holder.ask("hold_queue", ["interface": lab.reflector.interface, "queue": 1])
        let finding = try examine(lab).finding("xsk_sockets")
        #expect(finding.status == "warn" && finding.value.contains("python3"), "\(finding)")
        // Not one of another namespace's.
        let elsewhere = [
          "doctor", lab.tester.interface, "--netns", lab.tester.namespace, "--interval", "0.1", "--format", "json",
        ]
        #expect(try parsed(ReflectorCommand.run(elsewhere)).finding("xsk_sockets").status != "warn")
      }
    }

    @Test("without a single capability it sees what everybody may, and names the right for the rest")
    func unprivileged() throws {
      try NetnsLab.with { lab in
        let command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", ReflectorCommand.path]
        let options = ["doctor", lab.reflector.interface, "--interval", "0.1", "--format", "json"]
        let report = try parsed(run(lab.reflector.inside(command + options)))
        #expect(report.failures == 0)
        for (check, right) in [("af_xdp", "CAP_NET_RAW"), ("bpf", "CAP_BPF")] {
          let finding = try report.finding(check)
          #expect(finding.status == "unknown" && finding.value.contains(right), "\(finding)")
        }
        let rights = try report.finding("capabilities")
        #expect(rights.status == "warn" && rights.value.contains("CAP_NET_ADMIN"))
        #expect(try report.finding("driver").value == "veth")
        #expect(try report.finding("carrier").status == "ok")
      }
    }

    @Test("what can't be looked at is an error in three lines, with its own status")
    func errors() throws {
      try NetnsLab.with { lab in
        let place = ["--netns", lab.reflector.namespace]
        let cases: [(arguments: [String], status: Int32, word: String)] = [
          (["nosuch0"] + place, 66, "nosuch0"), (["rx0", "--netns", "rx-no-such"], 66, "rx-no-such"),
          (["rx0", "--chunk-size", "1000"] + place, 64, "chunk-size"), ([], 64, "interface"),
        ]
        for expected in cases {
          let outcome = try ReflectorCommand.run(["doctor"] + expected.arguments)
          #expect(outcome.status == expected.status && outcome.errors.contains(expected.word), "\(outcome)")
          #expect(outcome.output == "" && outcome.errors.split(separator: "\n").count == 3, "\(outcome)")
        }
        let powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", ReflectorCommand.path, "doctor", "rx0"]
        #expect(try run(powerless + place).status == 77)
      }
    }

    // MARK: A reflector that runs

    @Test("a reflector that has nothing to do: no frames arrive, all else is well, and it goes on")
    func noFrames() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let program = try #require(try KernelState.program(on: lab.reflector))
        // A host's own stack may have something to say at first.
        let report = try eventually(within: 15, "a moment without frames") {
          let report = try examine(lab)
          return report.bottleneck?.cause == "no_frames" ? report : nil
        }
        #expect(report.failures == 0 && report.bottleneck?.evidence["seen"] == 0, "\(report)")
        #expect(try report.finding("xdp_program").value == "reflector, id \(program.id): the reflector")
        #expect(try report.finding("xsk_sockets").status != "warn")
        for check in ["accounts", "xsk_drops", "native_xdp"] { #expect(try report.finding(check).status == "ok") }
        #expect(try KernelState.program(on: lab.reflector) == program)
        try Agent.tester(in: lab).send(10).expectPerfect(10)
        _ = try reflector.stop()
      }
    }

    @Test("frames on a queue without a socket: RSS feeds other queues")
    func otherQueues() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, ["--queues", "0"])
        let agent = try Agent.tester(in: lab)
        let doctor = try ChildProcess(
          [ReflectorCommand.path, "doctor", lab.reflector.interface, "--netns", lab.reflector.namespace]
            + ["--interval", "3", "--format", "json"])
        // Of 64 streams some go to each of the sender's two queues.
        while doctor.isRunning { _ = try agent.send(64, ["flows": 64, "timeout": 0.2]) }
        let report = try parsed(Outcome(status: try doctor.wait(), output: doctor.output, errors: doctor.errors))
        let bottleneck = try #require(report.bottleneck)
        #expect(bottleneck.cause == "other_queues", "\(bottleneck)")
        #expect(bottleneck.evidence["passed.no_socket"] ?? 0 > 0 && bottleneck.seconds >= 3, "\(bottleneck)")
        let queues = try report.finding("queues")
        #expect(queues.status == "warn" && queues.why.contains("queue 1"))
        _ = try reflector.stop()
      }
    }

    @Test("frames that are no test frames: the reason is named")
    func noTestFrames() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let agent = try Agent.tester(in: lab)
        let doctor = try ChildProcess(
          [ReflectorCommand.path, "doctor", lab.reflector.interface, "--netns", lab.reflector.namespace]
            + ["--interval", "2"])
        while doctor.isRunning { try agent.ask("refuse", ["kinds": ["other_port"]]) }
        #expect(try doctor.wait() == 0)
        #expect(doctor.output.contains("bottleneck: no test frames arrive: "), "\(doctor.output)")
        #expect(doctor.output.contains(" pass as other_port"), "\(doctor.output)")
        _ = try reflector.stop()
      }
    }

    @Test("stats --watch is monitoring that can be seen")
    func monitoring() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        #expect(try examine(lab).finding("monitoring").status == "unknown")
        let watch = try ChildProcess(
          [ReflectorCommand.path, "stats", lab.reflector.interface, "--netns", lab.reflector.namespace, "--watch"])
        _ = try eventually(within: 10, "the first snapshot") { watch.output.isEmpty ? nil : true }
        let finding = try examine(lab).finding("monitoring")
        #expect(finding.status == "ok" && finding.value.contains("pid \(watch.pid) "), "\(finding)")
        _ = try reflector.stop()
      }
    }

    @Test("a reflector with its maps in another folder is told from a stranger")
    func mapsElsewhere() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--pin-dir", "/sys/fs/bpf/rx-doctor"])
        let finding = try examine(lab).finding("xdp_program")
        #expect(finding.status == "warn" && finding.value.contains("a reflector whose maps aren't here"))
        #expect(try examine(lab, ["--pin-dir", "/sys/fs/bpf/rx-doctor"]).finding("xdp_program").status == "ok")
        _ = try reflector.stop()
      }
    }
  }
}
