import TestSupport
import Testing

extension EndToEnd {
  /// Every frame comes back, once, as it must.
  @Suite struct Reflection {
    private static var matrix: [String: Any] {
      [
        "families": ["ipv4", "ipv4-options", "ipv6"],
        "tags": ["untagged", "802.1q", "qinq", "qinq-8100"],
        "sizes": [0, 60, 64, 128, 512, 1024, 1280, 1514],  // 0: the shortest there is
        "bursts": [1, 31, 32, 33, 64, 65, 500],
      ]
    }

    @Test(
      "every header × size × burst, and 10,000 in a window (faults 2, 3, 7)", arguments: [1, 2, 4],
      AttachMode.allCases)
    func everything(queues: Int, mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: queues)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        #expect(reflector.attached.attachMode == mode.attachMode)
        #expect(reflector.attached.queues.map(\.queue) == Array(0..<queues))
        #expect(reflector.attached.queues.allSatisfy { $0.bindMode == mode.bindMode })
        let isGeneric = try #require(try KernelState.program(on: lab.reflector)).isGeneric
        #expect(isGeneric == (mode.attachMode == "generic"))

        let agent = try Agent.tester(in: lab)
        try agent.begin("matrix", Self.matrix)
        let matrix = try agent.books(seconds: 120)
        // The CPUs' threads may send faster than the far end's ring of 256 is emptied: that is refused, and counted.
        if mode != .spread { matrix.expectPerfect() }
        #expect(matrix.doubled == 0 && matrix.corrupted == 0, "\(matrix)")
        // 3 families × 4 taggings × 8 sizes, less the 15 that are too short for their headers, × 7 bursts.
        #expect(matrix.combinations == 81 * 7)
        // An 802.1Q tag makes the longest frame four bytes longer.
        let longest = try agent.send(100, ["frame": ["tags": "802.1q", "size": 1518]])
        longest.expectPerfect(100)
        let many = try agent.send(10_000, ["window": 128, "flows": 64])
        many.expectPerfect(10_000)

        let totals = try reflector.stop()
        if mode == .spread { #expect(totals.refused == UInt64(matrix.lost), "\(totals) \(matrix)") }
        totals.expectAccounts(forSent: matrix.sent + longest.sent + many.sent)
        for queue in totals.queues.prefix(mode.queuesReached(of: queues)) {
          #expect(queue.received > 0, "queue \(queue.queue) saw no traffic")
        }
      }
    }

    @Test("bursts that lie in the RX ring together (fault 8)", arguments: AttachMode.withSockets)
    func heldBursts(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        // The process is stopped while they arrive: one turn takes a whole batch, and TX more than the 32
        // descriptors that the kernel sends in one call.
        let bursts = [1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 500]
        for burst in bursts {
          try agent.send(burst, ["hold": Int(reflector.process.pid)]).expectPerfect(burst)
        }
        try reflector.stop().expectAccounts(forSent: bursts.reduce(0, +))
      }
    }

    @Test("--batch 1, 33 and 256, with the smallest rings", arguments: [1, 33, 256])
    func batches(batch: Int) throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--batch", "\(batch)", "--frames", "64", "--chunk-size", "2048"])
        let agent = try Agent.tester(in: lab)
        for burst in [1, 33, 64] {
          try agent.send(burst, ["hold": Int(reflector.process.pid)]).expectPerfect(burst)
        }
        try agent.send(2_000, ["window": 32, "frame": ["size": 1514]]).expectPerfect(2_000)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 2_098)
        #expect(totals.queues.first?.frames == 64)
      }
    }

    @Test("one frame at a time: none waits for the next (fault 4)", arguments: AttachMode.allCases)
    func oneByOne(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.send(1).expectPerfect(1)
        try agent.send(500, ["window": 1]).expectPerfect(500)
        try reflector.stop().expectAccounts(forSent: 501)
      }
    }

    @Test("more than the rings hold: the rest is counted, and no frame is lost for good (fault 5)", arguments: [1, 64])
    func overload(batch: Int) throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--frames", "64", "--batch", "\(batch)"])
        let agent = try Agent.tester(in: lab)
        var (sent, returned) = (0, 0)
        for _ in 0..<5 {
          let books = try agent.send(1_000, ["hold": Int(reflector.process.pid), "timeout": 1])
          #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
          #expect(books.returned == 64, "\(books)")
          sent += books.sent
          returned += books.returned
        }
        // Half the chunks: those of frames that just left may not be back in the fill ring yet.
        try agent.send(3_000, ["window": 32]).expectPerfect(3_000)
        // Were a single chunk leaked by now, there would be no room for all of these.
        try agent.send(64, ["hold": Int(reflector.process.pid)]).expectPerfect(64)
        let totals = try reflector.stop()
        totals.expectBalance()
        #expect(totals.redirected == UInt64(sent + 3_064))
        #expect(totals.queues[0].batches ?? 0 >= totals.received / UInt64(batch))
        #expect(totals.completed == UInt64(returned + 3_064))
        #expect(totals.queues[0].xsk?["rx_dropped"] == UInt64(sent - returned), "\(totals)")
        // In copy mode the same frames, by the reason (docs/adr/0005).
        #expect(totals.queues[0].xsk?["rx_fill_ring_empty_descs"] == UInt64(sent - returned), "\(totals)")
      }
    }

    @Test("what is swapped", arguments: ["mac", "mac-ip", "all"], AttachMode.eachDatapath)
    func swaps(mode: String, attachMode: AttachMode) throws {
      try NetnsLab.with(attachMode) { lab in
        let reflector = try Reflector(in: lab, attachMode.options + ["--reflect", mode])
        let agent = try Agent.tester(in: lab)
        var sent = 0
        for family in ["ipv4", "ipv4-options", "ipv6"] {
          for tags in ["untagged", "802.1q", "qinq", "qinq-8100"] {
            try agent.send(20, ["mode": mode, "frame": ["family": family, "tags": tags]]).expectPerfect(20)
            sent += 20
          }
        }
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: sent)
        #expect(totals.reflect == mode)
      }
    }

    @Test("--busy-poll and --huge-pages work, or say what stands in the way")
    func options() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--busy-poll", "--huge-pages", "--cpus", "0"])
        #expect(reflector.attached.queues.map(\.cpu) == [0])
        #expect(reflector.attached.pages?.contains("2 MiB") == true, "\(reflector.attached)")
        #expect(try reflector.cpusAllowed(toThread: "xsk-0") == "0")
        try Agent.tester(in: lab).send(500).expectPerfect(500)
        try reflector.stop().expectAccounts(forSent: 500)
      }
    }
  }
}
