import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Starting, stopping, dying, and starting again.
  @Suite struct Lifecycle {
    @Test(
      "SIGINT and SIGTERM: totals, status 0, nothing left (fault 10)", arguments: [SIGINT, SIGTERM],
      AttachMode.allCases)
    func signals(signal: CInt, mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let program = try #require(try KernelState.program(on: lab.reflector))
        #expect(KernelState.pins(of: lab).count == 1)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        let totals = try reflector.stop(signal)
        totals.expectAccounts(forSent: 100)
        #expect(totals.attachMode == mode.attachMode && totals.pid == Int(reflector.process.pid))
        try expectNothingLeft(lab, program: program)
        try expectPing(lab)
      }
    }

    @Test("SIGHUP is a reload and no end, under nohup, too", arguments: [false, true])
    func hangup(ignored: Bool) throws {
      try NetnsLab.with { lab in
        let arguments = [
          ReflectorCommand.path, "attach", lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval",
          "0.1",
        ]
        let process = try ChildProcess((ignored ? ["nohup"] : []) + arguments)
        _ = try eventually(within: 15, "attached") { process.output.contains("frames/s") ? true : nil }
        let program = try #require(try KernelState.program(on: lab.reflector))
        process.signal(SIGHUP)
        _ = try eventually(within: 10, "no file to read") {
          process.errors.contains("there is no configuration file to read") ? true : nil
        }
        #expect(process.isRunning)
        process.signal(SIGTERM)
        #expect(try process.wait() == 0, "\(process.errors)")
        #expect(process.output.contains("The accounts balance."))
        try expectNothingLeft(lab, program: program)
      }
    }

    @Test("a process that was stopped for a while (SIGTSTP) makes up for no status lines")
    func stoppedForAWhile() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--interval", "0.1"])
        reflector.process.signal(SIGSTOP)
        usleep(200_000)
        let before = reflector.process.output.split(separator: "\n").count
        sleep(3)
        let woken = ContinuousClock.now
        reflector.process.signal(SIGCONT)
        usleep(500_000)
        let lines = reflector.process.output.split(separator: "\n").count - before
        // Those of the time since then, which on a busy machine is more than the half second. Not the thirty
        // of the time before.
        let due = Int((ContinuousClock.now - woken) / .milliseconds(100))
        #expect(lines > 0 && lines < due + 10, "\(lines) lines where \(due) were due")
        try reflector.stop().expectAccounts(forSent: 0)
      }
    }

    @Test("stopped in the middle of traffic: the accounts still balance", arguments: AttachMode.eachDatapath)
    func stoppedUnderLoad(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 200_000, "window": 100, "flows": 64, "timeout": 1])
        _ = try eventually(within: 15, "traffic flows") {
          try ReflectorCommand.statistics(lab).reflected > 1_000 ? true : nil
        }
        let totals = try reflector.stop()
        let books = try agent.books()
        totals.expectBalance()
        // No ring holds a frame back in the kernel datapath; what the far end refused is told.
        #expect(totals.completed == (mode.isKernel ? nil : totals.reflected), "\(totals)")
        let sent = totals.completed ?? totals.reflected - (totals.refused ?? 0)
        #expect(sent == UInt64(books.returned), "\(books) \(totals)")
        #expect(books.lost > 0, "it was stopped after the traffic, not in the middle of it")
        #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
      }
    }

    @Test("--duration ends it by itself")
    func duration() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--duration", "1"])
        let program = try KernelState.program(on: lab.reflector)
        #expect(try reflector.process.wait(seconds: 15) == 0)
        try reflector.totals().expectAccounts(forSent: 0)
        try expectNothingLeft(lab, program: program)
      }
    }

    @Test("--duration ends it before the next status line: totals alone")
    func shorterThanItsInterval() throws {
      try NetnsLab.with { lab in
        let outcome = try ReflectorCommand.run([
          "attach", lab.reflector.interface, "--netns", lab.reflector.namespace, "--duration", "1.5", "--interval",
          "600",
          "--format", "csv",
        ])
        #expect(outcome.status == 0, "\(outcome)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("interface,") && lines[1].hasPrefix("rx0,"), "\(outcome)")
      }
    }

    @Test("a reader that goes away ends it in order")
    func readerGone() throws {
      try NetnsLab.with { lab in
        let command = [
          ReflectorCommand.path, "attach", lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval",
          "0.1", "--format", "json",
        ]
        let outcome = try run(["bash", "-o", "pipefail", "-c", "\"$@\" | head -n 1", "bash"] + command)
        #expect(outcome.status == 0 && outcome.output.contains("attached"), "\(outcome)")
        try expectNothingLeft(lab, program: nil)
      }
    }

    @Test("kill -9: no program is left, and the next start works at once (fault 10)", arguments: AttachMode.allCases)
    func killed(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let agent = try Agent.tester(in: lab)
        var before: KernelState.Program?
        for _ in 0..<3 {
          let reflector = try Reflector(in: lab, mode.options)
          before = try KernelState.program(on: lab.reflector)
          try agent.send(500, ["flows": 64]).expectPerfect(500)
          reflector.process.signal(SIGKILL)
          #expect(try reflector.process.wait() == 128 + SIGKILL)
          _ = try eventually(within: 15, "no program on the interface") {
            try KernelState.program(on: lab.reflector) == nil ? true : nil
          }
          try expectPing(lab)
        }
        // The pins of the dead are still there, told from those of the living, and replaced by the next.
        #expect(KernelState.pins(of: lab).count == 1)
        let stats = try ReflectorCommand.run(["stats", lab.reflector.interface, "--netns", lab.reflector.namespace])
        #expect(stats.status == 66 && stats.errors.contains("died and left its maps"), "\(stats)")
        let reflector = try Reflector(in: lab, mode.options)
        try agent.send(500, ["flows": 64]).expectPerfect(500)
        #expect(
          try KernelState.counters(pinnedIn: reflector.attached.pins)[mode.counter] == 500
        )
        try reflector.stop().expectAccounts(forSent: 500)
        try expectNothingLeft(lab, program: before)
      }
    }

    @Test("two at once, in two namespaces, on interfaces of the same name")
    func twoAtOnce() throws {
      try NetnsLab.with(.init(queues: 2)) { one in
        try NetnsLab.with { other in
          let reflectors = try [one, other].map { try Reflector(in: $0) }
          #expect(reflectors[0].attached.interface == reflectors[1].attached.interface)
          #expect(reflectors[0].attached.pins != reflectors[1].attached.pins)
          let agents = try [one, other].map { try Agent.tester(in: $0) }
          for (agent, count) in zip(agents, [5_000, 3_000]) {
            try agent.begin("send", ["count": count, "window": 64, "flows": 64])
          }
          let books = try agents.map { try $0.books() }
          books.forEach { $0.expectPerfect() }
          // One goes, the other stays.
          try reflectors[0].stop().expectAccounts(forSent: 5_000)
          try agents[1].send(100).expectPerfect(100)
          #expect(KernelState.pins(of: other).count == 1)
          try reflectors[1].stop().expectAccounts(forSent: 3_100)
        }
      }
    }

    @Test("an altname will do")
    func altname() throws {
      try NetnsLab.with { lab in
        let name = "an-altname-longer-than-any-interface-name"
        try runChecked(
          lab.reflector.inside(["ip", "link", "property", "add", "dev", lab.reflector.interface, "altname", name]))
        let process = try ChildProcess([
          ReflectorCommand.path, "attach", name, "--netns", lab.reflector.namespace, "--format", "json", "--duration",
          "1",
        ])
        #expect(try process.wait() == 0, "\(process.errors)")
        let totals = try #require(process.output.split(separator: "\n").last)
        #expect(try Statistics(json: String(totals)).interface == lab.reflector.interface)
      }
    }

    @Test("an interface with a dot in its name: bpffs allows none, the pins' folder has %2e")
    func dottedName() throws {
      try NetnsLab.with(.init(interface: "rx0.7")) { lab in
        let reflector = try Reflector(in: lab)
        #expect(reflector.attached.pins == "\(ReflectorCommand.pinDirectory)/rx0%2e7@\(lab.reflector.namespace)")
        try Agent.tester(in: lab).send(10).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 10)
      }
    }
  }
}
