import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What can't be done is said in three lines (what, why, what to do), has its own status, and leaves
  /// nothing behind.
  @Suite struct Errors {
    private func expectFailure(
      _ outcome: Outcome, _ statuses: Set<Int32>, mentions words: [String],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(statuses.contains(outcome.status), "\(outcome)", sourceLocation: sourceLocation)
      // Log lines may come before.
      let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast().suffix(3)
      #expect(lines.count == 3 && lines.allSatisfy { !$0.isEmpty }, "\(outcome)", sourceLocation: sourceLocation)
      for word in words {
        #expect(lines.contains { $0.contains(word) }, "no «\(word)»: \(outcome)", sourceLocation: sourceLocation)
      }
    }

    /// Attaches and expects to be refused.
    private func attach(_ lab: NetnsLab, _ options: [String] = []) throws -> Outcome {
      let process = try Reflector.start(in: lab, options)
      let status = try process.wait(seconds: 15)
      return Outcome(status: status, output: process.output, errors: process.errors)
    }

    @Test("no such interface: 66")
    func noInterface() throws {
      try NetnsLab.with { lab in
        let outcome = try ReflectorCommand.run(["attach", "nosuch0", "--netns", lab.reflector.namespace])
        expectFailure(outcome, [66], mentions: ["nosuch0"])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("no such namespace")
    func noNamespace() throws {
      let outcome = try ReflectorCommand.run(["attach", "rx0", "--netns", "rx-no-such-namespace"])
      expectFailure(outcome, [66], mentions: ["rx-no-such-namespace", "ip netns list"])
    }

    @Test(
      "a command line that makes no sense: 64",
      arguments: [
        ["--bogus"], ["--mode", "fast"], ["--frames", "100"], ["--frames", "0"], ["--chunk-size", "1000"],
        ["--batch", "0"], ["--queues", "3-1"], ["--cpus", "x"], ["--port", "65536"], ["--oui", "00:c0"],
        ["--datapath", "driver"], ["--rules", "itu"], ["--reflect", "ports"], ["--format", "xml"],
        ["--duration", "-1"],
      ])
    func usage(options: [String]) throws {
      let outcome = try ReflectorCommand.run(["attach", "lo"] + options)
      #expect(outcome.status == 64, "\(outcome)")
      #expect(outcome.errors.contains(options[0]) || outcome.errors.contains(options.last ?? ""), "\(outcome)")
      #expect(outcome.output == "", "an error belongs on standard error")
    }

    @Test(
      "options of AF_XDP with the kernel datapath: 64, and which",
      arguments: [
        ["--frames", "64"], ["--chunk-size", "4096"], ["--batch", "64"], ["--huge-pages"],
        ["--busy-poll"], ["--mode", "copy"], ["--mode", "zero-copy"],
      ])
    func socketOptions(options: [String]) throws {
      let outcome = try ReflectorCommand.run(["attach", "lo", "--datapath", "kernel"] + options)
      expectFailure(outcome, [64], mentions: [options[0], "--datapath kernel", "--datapath xsk"])
    }

    @Test("a kernel without AF_XDP: 69")
    func withoutAFXDP() throws {
      try NetnsLab.with { lab in
        let outcome = try TestSupport.run(
          [
            "/usr/bin/python3", try Agent.script("without_af_xdp.py"), ReflectorCommand.path, "attach",
            lab.reflector.interface, "--netns", lab.reflector.namespace,
          ], seconds: 15)
        expectFailure(outcome, [69], mentions: ["AF_XDP", "EAFNOSUPPORT", "CONFIG_XDP_SOCKETS"])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test(
      "a folder for pins that can't be one: 64",
      arguments: [
        ("/tmp", "BPF file system"), ("/sys/fs/bpf/a.b", "dots"), ("/sys/fs/bpf/no-such/folder", "missing"),
        ("pins", "slash"),
      ])
    func pinDirectory(folder: String, why: String) throws {
      try NetnsLab.with { lab in
        expectFailure(try attach(lab, ["--pin-dir", folder]), [64], mentions: [folder, why])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test(
      "a rule that makes no sense: 64 or 65",
      arguments: [
        "name=x", "name=x,port=1,bytes=4", "name=x,port=1,bytes=", "name=x,port=99999,bytes=41", "port=1,bytes=41",
        "name=x,port=1,offset=2000,bytes=41", "name=x,port=1,bytes=41,colour=red",
      ])
    func badRule(rule: String) throws {
      let outcome = try ReflectorCommand.run(["attach", "lo", "--rule", rule])
      #expect([64, 65].contains(outcome.status), "\(outcome)")
      #expect(outcome.errors.contains("rule"), "\(outcome)")
    }

    @Test("a queue that isn't there")
    func noQueue() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        expectFailure(try attach(lab, ["--queues", "0-5"]), [64], mentions: ["queue"])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("a CPU that isn't there, or not for this process: 64")
    func noCPU() throws {
      try NetnsLab.with { lab in
        expectFailure(try attach(lab, ["--cpus", "0,8000"]), [64], mentions: ["--cpus", "8000"])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("zero-copy on a veth: 69, with the reason")
    func noZeroCopy() throws {
      try NetnsLab.with { lab in
        expectFailure(try attach(lab, ["--mode", "zero-copy"]), [69], mentions: ["zero-copy", "queue 0"])
        try expectNothingLeft(lab, program: nil)
        try expectPing(lab)
      }
    }

    @Test("a second reflector on the same interface: 75, and the first goes on")
    func second() throws {
      try NetnsLab.with { lab in
        let first = try Reflector(in: lab)
        let program = try #require(try KernelState.program(on: lab.reflector))
        expectFailure(try attach(lab), [75], mentions: [lab.reflector.interface, "\(first.process.pid)"])
        #expect(try KernelState.program(on: lab.reflector) == program)
        #expect(KernelState.pins(of: lab).count == 1)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        try first.stop().expectAccounts(forSent: 100)
        try expectNothingLeft(lab, program: program)
      }
    }

    @Test("somebody else's XDP program: 75, with its id and name; it stays", arguments: AttachMode.allCases)
    func foreignProgram(mode: AttachMode) throws {
      struct Occupied: Decodable { let id: Int }
      try NetnsLab.with(mode) { lab in
        let host = try Agent(at: lab.reflector)
        let answer = try host.ask("occupy", ["interface": lab.reflector.interface])
        let id = try JSONDecoder().decode(Occupied.self, from: answer).id
        expectFailure(try attach(lab, mode.options), [75], mentions: ["\(id)", "somebody_else"])
        #expect(try KernelState.program(on: lab.reflector)?.id == id)
        #expect(KernelState.pins(of: lab) == [])
        try host.ask("vacate")
        let reflector = try Reflector(in: lab, mode.options)
        try Agent.tester(in: lab).send(10).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 10)
      }
    }

    @Test("zero-copy that can't be had: auto steps down aloud, for all queues in one line")
    func stepsDown() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab)
        #expect(
          reflector.attached.attachMode == "native" && reflector.attached.queues.allSatisfy { $0.bindMode == "copy" })
        #expect(reflector.attached.refusals.count == 1, "\(reflector.attached.refusals)")
        #expect(reflector.process.errors.contains("stepping down: bind queues 0-1 zero-copy: EOPNOTSUPP"))
        try reflector.stop().expectAccounts(forSent: 0)
        let quiet = try Reflector(in: lab, ["--log-level", "error"])
        #expect(quiet.attached.refusals == reflector.attached.refusals && quiet.process.errors == "")
        try quiet.stop().expectAccounts(forSent: 0)
      }
    }

    @Test("a queue that another socket has: 75 after a while, with who may hold it")
    func busyQueue() throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
        let holder = try Agent(at: lab.reflector)
        try holder.ask("hold_queue", ["interface": lab.reflector.interface, "queue": 1])
        let outcome = try attach(lab)
        expectFailure(outcome, [75], mentions: ["queue 1", "EBUSY", "pid \(holder.pid) (python3", "--queues 0"])
        try expectNothingLeft(lab, program: nil)
        try holder.ask("release_queue")
        try Reflector(in: lab).stop().expectAccounts(forSent: 0)
      }
    }

    @Test("an MTU that native XDP can't take: auto steps down aloud, --mode copy says the kernel's words")
    func largeMTU() throws {
      try NetnsLab.with(.init(testerMTU: 9_000)) { lab in
        expectFailure(try attach(lab, ["--mode", "copy"]), [69], mentions: ["MTU"])
        try expectNothingLeft(lab, program: nil)
        let reflector = try Reflector(in: lab)
        #expect(reflector.attached.attachMode == "generic")
        #expect(reflector.process.errors.contains("stepping down") && reflector.process.errors.contains("MTU"))
        #expect(reflector.attached.refusals.count == 1 && reflector.attached.refusals[0].contains("MTU"))
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        try reflector.stop().expectAccounts(forSent: 100)
      }
    }

    @Test("no memory for the UMEM: 71, with what it takes, and no step down")
    func noMemory() throws {
      try NetnsLab.with { lab in
        let command = [ReflectorCommand.path, "attach", lab.reflector.interface, "--netns", lab.reflector.namespace]
        // The program alone fits; the UMEM takes 256 MiB.
        let outcome = try run(["prlimit", "--as=268435456"] + command + ["--frames", "65536"])
        expectFailure(outcome, [71], mentions: ["ENOMEM", "262144 KiB", "--frames"])
        #expect(!outcome.errors.contains("stepping down: bind"), "\(outcome)")
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("no permission: 77")
    func noPermission() throws {
      try NetnsLab.with { lab in
        // Root without a single capability can read this build, and can't do anything else.
        let powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", ReflectorCommand.path, "attach"]
        let outside = try run(powerless + [lab.reflector.interface, "--netns", lab.reflector.namespace])
        expectFailure(outside, [77], mentions: ["CAP_"])
        let inside = try run(lab.reflector.inside(powerless + [lab.reflector.interface]))
        expectFailure(inside, [77], mentions: ["CAP_"])
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("a program that the verifier refuses: its log, and the right that is missing")
    func verifierRefuses() throws {
      try NetnsLab.with { lab in
        // With all rights it works, and mounts the BPF file system where a fresh machine has none.
        _ = try Reflector(in: lab).stop()
        // BPF may be loaded, but without CAP_PERFMON not with arithmetic on packet pointers.
        let withoutRights = "-perfmon,-sys_admin"
        let outcome = try run([
          "nsenter", "--net=/run/netns/\(lab.reflector.namespace)", "setpriv", "--bounding-set=\(withoutRights)",
          "--inh-caps=\(withoutRights)", ReflectorCommand.path, "attach", lab.reflector.interface,
        ])
        expectFailure(outcome, [77], mentions: ["CAP_PERFMON"])
        #expect(outcome.errors.contains("BEGIN PROG LOAD LOG") && outcome.errors.contains("parse.h"), "\(outcome)")
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("the lab without permission: 77", arguments: ["-all", "-sys_admin", "-net_admin"])
    func labNotPermitted(capabilities: String) throws {
      let powerless = ["setpriv", "--bounding-set=\(capabilities)", "--inh-caps=\(capabilities)"]
      expectFailure(try run(powerless + [ReflectorCommand.path, "lab", "--frames", "1"]), [77], mentions: ["CAP_"])
    }

    @Test("output that can't be written: 71, on every command", arguments: [["list"], ["lab", "--frames", "1"]])
    func fullOutput(arguments: [String]) throws {
      let outcome = try run(["sh", "-c", "exec \"$0\" \"$@\" >/dev/full", ReflectorCommand.path] + arguments)
      expectFailure(outcome, [71], mentions: ["ENOSPC"])
    }

    @Test("without any of the three streams it does its work all the same")
    func noStreams() throws {
      try NetnsLab.with { lab in
        let command = [ReflectorCommand.path, "attach", lab.reflector.interface, "--netns", lab.reflector.namespace]
        let outcome = try run(
          ["sh", "-c", "exec \"$0\" \"$@\" <&- >&- 2>&-"] + command + ["--duration", "0.5", "--interval", "0.1"])
        #expect(outcome.status == 0)
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("stats where the maps are in another folder, or out of sight: it says so, and not that nothing is attached")
    func mapsElsewhere() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--pin-dir", "/sys/fs/bpf/rx-elsewhere"])
        let place = [lab.reflector.interface, "--netns", lab.reflector.namespace]
        expectFailure(try ReflectorCommand.run(["stats"] + place), [66], mentions: ["is attached", "--pin-dir"])
        let inside = try run(lab.reflector.inside([ReflectorCommand.path, "stats", lab.reflector.interface]))
        expectFailure(inside, [66], mentions: ["is attached", "ip netns exec"])
        let there = try ReflectorCommand.run(["stats"] + place + ["--pin-dir", "/sys/fs/bpf/rx-elsewhere"])
        #expect(there.status == 0, "\(there)")
        _ = try reflector.stop()
      }
    }

    @Test("stats where nothing is attached")
    func nothingAttached() throws {
      try NetnsLab.with { lab in
        let outcome = try ReflectorCommand.run(["stats", lab.reflector.interface, "--netns", lab.reflector.namespace])
        expectFailure(outcome, [66], mentions: [lab.reflector.interface, "no reflector", "reflector-xdp attach"])
      }
    }
  }
}
