import Glibc
import Testing

extension EndToEnd {
  /// Links go down, come back, and vanish.
  @Suite struct Links {
    @Test("link down and up, at either end: afterwards all goes on", arguments: AttachMode.allCases)
    func flaps(mode: AttachMode) throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
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
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        for _ in 0..<3 {
          let reflected = try ReflectorCommand.statistics(lab).reflected
          try agent.begin("send", ["count": 20_000, "window": 100, "timeout": 2])
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

    @Test("an interface that is deleted ends it: status 66, nothing left", arguments: AttachMode.allCases)
    func deleted(mode: AttachMode) throws {
      try NetnsLab.with(.init(queues: 2)) { lab in
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
