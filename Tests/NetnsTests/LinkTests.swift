import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Links go down, come back, and vanish.
  @Suite struct Links {
    @Test("link down and up, at either end: afterwards all goes on", arguments: AttachMode.allCases)
    func flaps(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        var sent = 0
        for end in [lab.reflector, lab.tester] {
          try agent.send(200, ["flows": 64]).expectPerfect(200)
          try end.setLink("down")
          usleep(300_000)
          #expect(reflector.process.isRunning, "\(reflector.process.errors)")
          try end.setLink("up")
          try lab.waitForCarrier(end)
          try agent.send(500, ["flows": 64]).expectPerfect(500)
          sent += 700
        }
        try reflector.stop().expectAccounts(forSent: sent)
      }
    }

    @Test("link down and up in the middle of traffic", arguments: AttachMode.allCases)
    func flapsUnderLoad(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        for _ in 0..<3 {
          let reflected = try ReflectorCommand.statistics(lab).reflected
          try agent.begin("send", ["count": 20_000, "window": 100, "timeout": 1])
          _ = try eventually(within: 15, "traffic flows") {
            try ReflectorCommand.statistics(lab).reflected > reflected + 100 ? true : nil
          }
          try lab.reflector.setLink("down")
          usleep(100_000)
          try lab.reflector.setLink("up")
          try lab.waitForCarrier(lab.reflector)
          let books = try agent.books()
          #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
          try agent.send(500).expectPerfect(500)
        }
        try reflector.stop().expectBalance()
      }
    }

    @Test("another MAC address is followed: frames to the former one pass", arguments: AttachMode.allCases)
    func readdressed(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.send(100).expectPerfect(100)
        let moved = lab.reflector.with(mac: "02:00:5e:00:00:03")
        try moved.setLink("address", moved.mac)
        _ = try eventually(within: 15, "it says so; it wrote: \(reflector.process.errors)") {
          reflector.process.errors.contains(moved.mac) ? true : nil
        }
        let former = try agent.send(10, ["timeout": 0.2])
        #expect(former.lost == 10 && former.corrupted == 0, "\(former)")
        try Agent.tester(at: lab.tester, against: moved).send(100).expectPerfect(100)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 200)
        // And those with which the tester's own stack answers what returns: ICMP, to the address it knows.
        #expect(totals.passed["foreign_destination"] ?? 0 >= 10)
      }
    }

    @Test("a renamed interface: stats and attach find its reflector, and none of another that gets the old name")
    func renamed() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let pid = "\(reflector.process.pid)"
        let place = ["--netns", lab.reflector.namespace]
        let end = try lab.reflector.renamed("rx1")
        try lab.waitForCarrier(end)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        let outcome = try ReflectorCommand.run(["stats", "rx1", "--format", "json"] + place)
        let statistics = try Statistics(json: outcome.output)
        #expect(statistics.reflected == 100 && outcome.output.contains("\"interface\":\"rx1\""), "\(outcome)")
        let second = try ReflectorCommand.run(["attach", "rx1"] + place)
        #expect(second.status == 75 && second.errors.contains(pid), "\(second)")

        try runChecked(["ip", "-n", lab.reflector.namespace, "link", "add", lab.reflector.interface, "type", "veth"])
        let other = try ReflectorCommand.run(["stats", lab.reflector.interface] + place)
        #expect(other.status == 66, "\(other)")
        let taken = try ReflectorCommand.run(["attach", lab.reflector.interface] + place)
        #expect(taken.status == 75 && taken.errors.contains("is taken") && taken.errors.contains(pid), "\(taken)")
        #expect(reflector.process.errors.contains("is called rx1 now"), "\(reflector.process.errors)")
        try reflector.stop().expectAccounts(forSent: 100)
        #expect(KernelState.pins(of: lab) == [])
      }
    }

    @Test("a program that somebody detached ends it: status 75, totals, nothing left", arguments: AttachMode.allCases)
    func detached(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let program = try #require(try KernelState.program(on: lab.reflector))
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        try runChecked(["bpftool", "link", "detach", "id", "\(KernelState.link(ofProgram: program.id))"])
        #expect(try reflector.process.wait(seconds: 15) == 75, "\(reflector.process.errors)")
        #expect(reflector.process.errors.contains("no longer attached"))
        try reflector.totals().expectAccounts(forSent: 100)
        try expectNothingLeft(lab, program: program)
        try expectPing(lab)
      }
    }

    @Test("an interface that is deleted ends it: status 66, nothing left", arguments: AttachMode.allCases)
    func deleted(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let program = try #require(try KernelState.program(on: lab.reflector))
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        try lab.reflector.deleteLink()
        #expect(try reflector.process.wait(seconds: 15) == 66, "\(reflector.process.errors)")
        #expect(reflector.process.errors.contains(lab.reflector.interface))
        _ = try eventually(within: 15, "the program is freed") { try KernelState.isLoaded(program.id) ? nil : true }
        #expect(KernelState.pins(of: lab) == [])
      }
    }
  }
}
