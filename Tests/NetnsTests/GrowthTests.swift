import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `ethtool -L` while a reflector is attached.
  @Suite struct Growth {
    private static let two = NetnsLab.Shape(queues: 4, queuesInUse: 2)

    @Test(
      "queues that come under traffic reflect, and no frame is lost on the others", arguments: AttachMode.withSockets)
    func grows(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.two) { lab in
        let reflector = try Reflector(in: lab, mode.options + ["--cpus", "0"])
        #expect(reflector.attached.queues.count == 2)
        let program = try #require(try KernelState.program(on: lab.reflector))
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 20_000, "window": 64, "flows": 64])
        _ = try eventually(within: 15, "traffic flows") {
          try ReflectorCommand.statistics(lab).reflected > 100 ? true : nil
        }
        // The kernel takes a veth's carrier for as long as this takes, and drops what is sent meanwhile: so the
        // frames wait in the RX rings, and the sender for them.
        reflector.process.signal(SIGSTOP)
        usleep(100_000)
        try lab.reflector.setQueues(4)
        reflector.process.signal(SIGCONT)
        // Every reading balances, also while queues are being added.
        let grown = try eventually(within: 15, "4 queues; it wrote: \(reflector.process.errors)") {
          let statistics = try ReflectorCommand.statistics(lab)
          #expect(statistics.balanced, "\(statistics)")
          return statistics.queues.filter { $0.bindMode == mode.bindMode }.count == 4 ? statistics : nil
        }
        #expect(grown.queues.map(\.queue) == [0, 1, 2, 3] && grown.queues.allSatisfy { $0.cpu == 0 })
        try agent.books().expectPerfect(20_000)
        #expect(try reflector.cpusAllowed(toThread: "xsk-3") == "0")
        #expect(reflector.process.errors.contains("rx0 has 4 RX queues now: queues 2-3 reflect, too (copy)"))

        try lab.tester.setQueues(4)
        try agent.send(10_000, ["window": 64, "flows": 64]).expectPerfect(10_000)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 30_000)
        let reached = mode.queuesReached(of: 4)
        #expect(totals.queues.prefix(reached).allSatisfy { $0.received > 0 }, "\(totals)")
        try expectNothingLeft(lab, program: program)
        try expectPing(lab)
      }
    }

    @Test(
      "in the kernel datapath new queues reflect as soon as they are seen",
      arguments: AttachMode.allCases.filter(\.isKernel))
    func growsInKernel(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.two) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        #expect(reflector.attached.queues.count == 2)
        let program = try #require(try KernelState.program(on: lab.reflector))
        try Self.grow(lab, reflector, to: 4)
        try lab.tester.setQueues(4)
        try Agent.tester(in: lab).send(10_000, ["window": 64, "flows": 64]).expectPerfect(10_000)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 10_000)
        #expect(totals.queues.map(\.queue) == [0, 1, 2, 3])
        #expect(totals.queues.prefix(mode.queuesReached(of: 4)).allSatisfy { $0.received > 0 }, "\(totals)")
        try expectNothingLeft(lab, program: program)
      }
    }

    @Test("up under full traffic, again and again: what the device refused meanwhile is all that is lost")
    func growsUnderLoad() throws {
      try NetnsLab.with(.init(queues: 4, queuesInUse: 1)) { lab in
        let reflector = try Reflector(in: lab)
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 40_000, "window": 64, "flows": 64, "timeout": 3])
        for count in 2...4 {
          usleep(300_000)
          try lab.reflector.setQueues(count)
          _ = try eventually(within: 15, "\(count) queues; it wrote: \(reflector.process.errors)") {
            let statistics = try ReflectorCommand.statistics(lab)
            #expect(statistics.balanced, "\(statistics)")
            return statistics.queues.filter { $0.bindMode == "copy" }.count == count ? true : nil
          }
        }
        let books = try agent.books()
        #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
        try lab.tester.setQueues(4)
        try agent.send(5_000, ["window": 64, "flows": 64]).expectPerfect(5_000)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: books.sent + 5_000)
        #expect(UInt64(books.lost) == totals.refused, "\(books) \(totals)")
      }
    }

    @Test(
      "a grown reflector is found, refuses a second, and ends with 75 when detached", arguments: AttachMode.allCases)
    func grownAndDetached(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.two) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        try Self.grow(lab, reflector, to: 4)
        try lab.tester.setQueues(4)
        try Agent.tester(in: lab).send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        let program = try #require(try KernelState.program(on: lab.reflector))
        #expect(try KernelState.isLoaded(program.id))
        #expect(try Self.session(lab)["program_id"] == program.id)

        // By another name it has another folder, and only the program's id tells whose it is.
        let end = try lab.reflector.renamed("rx1")
        let second = try ReflectorCommand.run(["attach", "rx1", "--netns", end.namespace])
        #expect(second.status == 75 && second.errors.contains("pid \(reflector.process.pid)"), "\(second)")

        try runChecked(["bpftool", "link", "detach", "id", "\(KernelState.link(ofProgram: program.id))"])
        #expect(try reflector.process.wait(seconds: 15) == 75, "\(reflector.process.errors)")
        try reflector.totals().expectAccounts(forSent: 1_000)
        _ = try eventually(within: 15, "the program is freed") { try KernelState.isLoaded(program.id) ? nil : true }
        #expect(KernelState.pins(of: lab) == [])
      }
    }

    @Test("fewer queues than have sockets: the kernel refuses, and all goes on", arguments: AttachMode.withSockets)
    func refusesFewer(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 4)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        // Fewer than it may have by the driver's own rules would be refused for those.
        try lab.tester.setQueues(1)
        let agent = try Agent.tester(in: lab)
        for count in [3, 1] {
          let outcome = try run(lab.reflector.inside(lab.reflector.setQueuesCommand(count)))
          #expect(outcome.status != 0 && outcome.errors.contains("AF_XDP"), "\(outcome)")
          try agent.send(500, ["flows": 64]).expectPerfect(500)
        }
        #expect(try ReflectorCommand.statistics(lab).queues.count == 4)
        try reflector.stop().expectAccounts(forSent: 1_000)
      }
    }

    @Test("queues that come while the link is down get sockets when it is up again", arguments: AttachMode.allCases)
    func whileDown(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.two) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        try lab.reflector.setLink("down")
        try lab.reflector.setQueues(4)
        sleep(2)
        #expect(Self.times(reflector, "RX queues now") == 0, "\(reflector.process.errors)")
        try lab.reflector.setLink("up")
        _ = try eventually(within: 15, "4 queues; it wrote: \(reflector.process.errors)") {
          Self.times(reflector, "queues 2-3 reflect, too") == 1 ? true : nil
        }
        try lab.waitForCarrier(lab.reflector)
        try lab.tester.setQueues(4)
        try Agent.tester(in: lab).send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        try reflector.stop().expectAccounts(forSent: 1_000)
      }
    }

    @Test("with --queues no others are taken: said once, and they count as without a socket")
    func named() throws {
      try NetnsLab.with(Self.two) { lab in
        let reflector = try Reflector(in: lab, ["--queues", "0-1"])
        try lab.reflector.setQueues(4)
        let words = "frames on queues 2-3 go to the host's stack"
        _ = try eventually(within: 15, "it says so; it wrote: \(reflector.process.errors)") {
          reflector.process.errors.contains(words) ? true : nil
        }
        // Three more looks.
        sleep(3)
        #expect(Self.times(reflector, words) == 1, "\(reflector.process.errors)")
        #expect(reflector.process.errors.contains("--queues names others"))
        let statistics = try ReflectorCommand.statistics(lab)
        #expect(statistics.queues.map(\.bindMode) == ["copy", "copy", "none", "none"] && statistics.balanced)
        try lab.reflector.setQueues(2)
        try Agent.tester(in: lab).send(500, ["flows": 64]).expectPerfect(500)
        try reflector.stop().expectAccounts(forSent: 500)
      }
    }

    /// What a process has too little of.
    enum Shortage: CaseIterable {
      /// Enough to look, and for a socket; not for its worker.
      case descriptors
      /// Less than a UMEM of 16 MiB.
      case memory

      func begin(_ reflector: Reflector) throws {
        let holdings = try Holdings(of: reflector)
        try set(
          reflector, self == .descriptors ? "\(holdings.descriptors + 1)" : "\((holdings.kibibytes + 12 * 1024) * 1024)"
        )
      }

      func end(_ reflector: Reflector) throws {
        try set(reflector, self == .descriptors ? "1024" : "unlimited")
      }

      private func set(_ reflector: Reflector, _ soft: String) throws {
        let limit = self == .descriptors ? "--nofile=\(soft):" : "--as=\(soft):"
        try runChecked(["prlimit", "--pid", "\(reflector.process.pid)", limit])
      }
    }

    @Test(
      "100 times up and down without the means for a socket: said, nothing is left, and then it works",
      arguments: Shortage.allCases)
    func refused(shortage: Shortage) throws {
      try NetnsLab.with(Self.two) { lab in
        let reflector = try Reflector(in: lab, ["--log-level", "debug"])
        let agent = try Agent.tester(in: lab)
        let before = try Holdings(of: reflector)
        try shortage.begin(reflector)
        for round in 1...100 {
          try lab.reflector.setQueues(4)
          try Self.stir(lab, round)
          _ = try eventually(within: 15, "refusal \(round); it wrote: \(reflector.process.errors.suffix(500))") {
            Self.times(reflector, "queues 2-3 go to the host's stack") == round ? true : nil
          }
          // The kernel takes the sockets that were given up down in the background.
          _ = try eventually(within: 15, "2 queues") {
            try run(lab.reflector.inside(lab.reflector.setQueuesCommand(2))).status == 0 ? true : nil
          }
          try Self.stir(lab, -round)
          // It has to see that, or four queues would be nothing new.
          _ = try eventually(within: 15, "2 queues are seen") {
            Self.times(reflector, "before=4") == round ? true : nil
          }
        }
        let after = try Holdings(of: reflector)
        #expect(after.descriptors == before.descriptors && after.threads == before.threads, "\(before) \(after)")
        // The allocator's own come and go; a leak would be hundreds.
        #expect(after.mappings < before.mappings + 50, "\(before) \(after)")
        try agent.send(500, ["flows": 64]).expectPerfect(500)
        #expect(reflector.process.errors.contains(shortage == .descriptors ? "EMFILE" : "ENOMEM"))
        try shortage.end(reflector)
        try Self.grow(lab, reflector, to: 4)
        try lab.tester.setQueues(4)
        try agent.send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        try reflector.stop().expectAccounts(forSent: 1_500)
      }
    }

    @Test("a queue that somebody has is said, and taken when it is free")
    func busy() throws {
      try NetnsLab.with(Self.two) { lab in
        let reflector = try Reflector(in: lab)
        let holder = try Agent(at: lab.reflector)
        reflector.process.signal(SIGSTOP)
        try lab.reflector.setQueues(4)
        try holder.ask("hold_queue", ["interface": lab.reflector.interface, "queue": 3])
        reflector.process.signal(SIGCONT)
        _ = try eventually(within: 20, "it says so; it wrote: \(reflector.process.errors)") {
          reflector.process.errors.contains("frames on queue 3 go to the host's stack: bind: EBUSY") ? true : nil
        }
        #expect(reflector.process.errors.contains("queue 2 reflects, too"))
        try holder.ask("release_queue")
        _ = try eventually(within: 15, "it is taken; it wrote: \(reflector.process.errors)") {
          reflector.process.errors.contains("queue 3 reflects, too") ? true : nil
        }
        try lab.tester.setQueues(4)
        try Agent.tester(in: lab).send(1_000, ["window": 64, "flows": 64]).expectPerfect(1_000)
        try reflector.stop().expectAccounts(forSent: 1_000)
      }
    }

    @Test("stopped in the midst of growing, it ends in order", arguments: 0..<10)
    func stopped(round: Int) throws {
      try NetnsLab.with(Self.two) { lab in
        let reflector = try Reflector(in: lab)
        try lab.reflector.setQueues(4)
        usleep(UInt32(round) * 10_000)
        try reflector.stop().expectAccounts(forSent: 0)
        try expectNothingLeft(lab, program: nil)
      }
    }

    /// Raises the number of queues and waits until all have sockets.
    private static func grow(_ lab: NetnsLab, _ reflector: Reflector, to count: Int) throws {
      try lab.reflector.setQueues(count)
      _ = try eventually(within: 15, "\(count) queues; it wrote: \(reflector.process.errors)") {
        times(reflector, "queues 2-\(count - 1) reflect, too") == 1 ? true : nil
      }
    }

    /// Has the kernel tell of the interface, or it would be looked at only once a second.
    private static func stir(_ lab: NetnsLab, _ round: Int) throws {
      try lab.reflector.setLink("alias", "\(round)")
    }

    private static func times(_ reflector: Reflector, _ words: String) -> Int {
      reflector.process.errors.components(separatedBy: words).count - 1
    }

    /// The entry of the map `session`, as bpftool reads it.
    private static func session(_ lab: NetnsLab) throws -> [String: Int] {
      let pin = "\(ReflectorCommand.pinDirectory)/\(lab.reflector.interface)@\(lab.reflector.namespace)/session"
      let text = try runChecked(["bpftool", "-j", "map", "dump", "pinned", pin])
      let entry = (try jsonObject(text) as? [[String: Any]])?.first
      let value = (entry?["formatted"] as? [String: Any])?["value"] as? [String: Any] ?? [:]
      return value.compactMapValues { $0 as? Int }
    }
  }
}

/// What a process holds that could leak.
private struct Holdings {
  let descriptors: Int
  let threads: Int
  let mappings: Int
  /// Of address space.
  let kibibytes: Int

  init(of reflector: Reflector) throws {
    let process = "/proc/\(reflector.process.pid)"
    descriptors = try FileManager.default.contentsOfDirectory(atPath: process + "/fd").count
    threads = try FileManager.default.contentsOfDirectory(atPath: process + "/task").count
    mappings = try String(contentsOfFile: process + "/maps", encoding: .utf8).split(separator: "\n").count
    let status = try String(contentsOfFile: process + "/status", encoding: .utf8)
    let size = status.split(separator: "\n").first { $0.hasPrefix("VmSize:") }
    guard let kibibytes = size?.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
      throw TestFailure("no VmSize")
    }
    self.kibibytes = kibibytes
  }
}
