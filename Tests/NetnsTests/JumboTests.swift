import TestSupport
import Testing

extension EndToEnd {
  /// Frames longer than a chunk: each comes and goes as several descriptors.
  @Suite(.enabled(if: Requirements.hasMultiBuffer, "needs Linux 6.6, for AF_XDP frames of several chunks"))
  struct Jumbo {
    private static let shape = NetnsLab.Shape(testerMTU: 9_000, mtu: 9_000)

    /// Around the ends of one and of two chunks of either size, of a page, and of the MTU.
    private static let sizes = [
      60, 64, 128, 512, 1024, 1514, 1515, 1792, 1793, 3584, 3585, 3822, 3840, 3841, 4096, 7_680, 7_681, 7_700, 9_014,
    ]

    @Test(
      "every size × header, to the byte, and every account (chunks of 2048 and 4096)", arguments: [2048, 4096],
      AttachMode.withSockets)
    func everything(chunkSize: Int, mode: AttachMode) throws {
      try NetnsLab.with(Self.shape) { lab in
        let reflector = try Reflector(in: lab, mode.options + ["--chunk-size", "\(chunkSize)"])
        #expect(reflector.attached.attachMode == mode.rawValue)
        #expect(
          reflector.attached.queues.allSatisfy { $0.multiBuffer == true && $0.longestFrame == 17 * (chunkSize - 256) })
        #expect(reflector.attached.warnings == [] && reflector.attached.refusals == [])
        let agent = try Agent.tester(in: lab)
        let matrix: [String: Any] = [
          "families": ["ipv4", "ipv4-options", "ipv6"], "tags": ["untagged", "802.1q", "qinq"],
          "sizes": Self.sizes, "bursts": [1, 33],
        ]
        try agent.begin("matrix", matrix)
        let books = try agent.books(seconds: 120)
        books.expectPerfect()
        let longest = try agent.send(100, ["frame": ["tags": "802.1q", "size": 9_018]])
        longest.expectPerfect(100)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: books.sent + longest.sent)
        #expect(totals.queues[0].xsk?["rx_dropped"] == 0 && totals.queues[0].xsk?["rx_ring_full"] == 0, "\(totals)")
      }
    }

    @Test(
      "the same in the kernel datapath, which has no chunks", arguments: [AttachMode.kernel, .kernelGeneric, .spread])
    func inKernel(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.shape) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        #expect(reflector.attached.attachMode == mode.attachMode)
        #expect(reflector.attached.warnings == [] && reflector.attached.refusals == [])
        let agent = try Agent.tester(in: lab)
        let matrix: [String: Any] = [
          "families": ["ipv4", "ipv6"], "tags": ["untagged", "qinq"], "sizes": Self.sizes, "bursts": [1, 33],
        ]
        try agent.begin("matrix", matrix)
        let books = try agent.books(seconds: 120)
        books.expectPerfect()
        try reflector.stop().expectAccounts(forSent: books.sent)
      }
    }

    @Test("every size from 60 to 1514, in steps", arguments: [1_500, 9_000])
    func small(mtu: Int) throws {
      try NetnsLab.with(.init(testerMTU: mtu, mtu: mtu)) { lab in
        let reflector = try Reflector(in: lab)
        #expect(reflector.attached.queues[0].multiBuffer == (mtu == 9_000))
        let agent = try Agent.tester(in: lab)
        let sizes = Array(stride(from: 60, to: 1_514, by: 13)) + [1_513, 1_514]
        try agent.begin(
          "matrix", ["families": ["ipv4", "ipv6"], "tags": ["untagged"], "sizes": sizes, "bursts": [3]])
        let books = try agent.books(seconds: 120)
        books.expectPerfect()
        try reflector.stop().expectAccounts(forSent: books.sent)
      }
    }

    @Test("chains across batches, calls and the ends of the rings", arguments: [1, 2, 64], AttachMode.withSockets)
    func batches(batch: Int, mode: AttachMode) throws {
      try NetnsLab.with(Self.shape) { lab in
        let options = ["--batch", "\(batch)", "--frames", "64", "--chunk-size", "2048"]
        let reflector = try Reflector(in: lab, mode.options + options)
        let agent = try Agent.tester(in: lab)
        var sent = 0
        // Six chunks a frame, and 10 frames at a time in rings of 64; then what doesn't divide them.
        for _ in 0..<4 {
          for (size, burst) in [(9_014, 10), (1_514, 64), (4_000, 21), (9_014, 7), (64, 33)] {
            try agent.send(burst, ["hold": Int(reflector.process.pid), "frame": ["size": size]]).expectPerfect(burst)
            sent += burst
          }
        }
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: sent)
        #expect(totals.queues[0].frames == 64)
      }
    }

    @Test("two queues, short and long frames side by side", arguments: AttachMode.allCases)
    func queues(mode: AttachMode) throws {
      var shape = Self.shape
      shape.queues = 2
      try NetnsLab.with(mode, shape) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        var sent = 0
        for size in [9_014, 64, 5_000] {
          try agent.send(2_000, ["window": 64, "flows": 64, "frame": ["size": size]]).expectPerfect(2_000)
          sent += 2_000
        }
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: sent)
        for queue in totals.queues.prefix(mode.queuesReached(of: 2)) { #expect(queue.received > 0) }
      }
    }

    @Test("more than the rings hold: whole frames are dropped and counted, and no chunk is lost for good")
    func overload() throws {
      try NetnsLab.with(Self.shape) { lab in
        let reflector = try Reflector(in: lab, ["--frames", "64"])
        let agent = try Agent.tester(in: lab)
        var (sent, returned) = (0, 0)
        for _ in 0..<5 {
          let books = try agent.send(
            200, ["hold": Int(reflector.process.pid), "timeout": 1, "frame": ["size": 9_014]])
          #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
          #expect(books.returned == 21, "three chunks a frame, of 64: \(books)")
          sent += books.sent
          returned += books.returned
        }
        try agent.send(21, ["hold": Int(reflector.process.pid), "frame": ["size": 9_014]]).expectPerfect(21)
        // The 64th, too: were a single chunk leaked by now, there would be no room for all of these.
        try agent.send(64, ["hold": Int(reflector.process.pid)]).expectPerfect(64)
        let totals = try reflector.stop()
        totals.expectBalance()
        #expect(totals.completed == UInt64(returned + 85) && totals.redirected == UInt64(sent + 85), "\(totals)")
        #expect(totals.queues[0].xsk?["rx_dropped"] == UInt64(sent - returned), "\(totals)")
      }
    }

    @Test("long pings and a TCP stream go on meanwhile", arguments: AttachMode.allCases)
    func hostTraffic(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.shape) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 2_000, "window": 32, "seconds": 3, "frame": ["size": 9_014]])
        for address in [lab.reflector.ipv4, lab.reflector.ipv6] {
          let ping = try run(
            lab.tester.inside(["ping", "-nq", "-c", "20", "-i", "0.02", "-W", "2", "-s", "8000", "-M", "do", address]))
          #expect(ping.status == 0 && ping.output.contains(" 0% packet loss"), "\(ping)")
        }
        try HostTraffic.expectStream(lab, bytes: 1 << 20)
        let books = try agent.books()
        books.expectPerfect()
        try reflector.stop().expectAccounts(forSent: books.sent)
      }
    }

    @Test("a long frame that isn't a test frame goes to the host whole", arguments: AttachMode.allCases)
    func passed(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.shape) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        let books = try agent.send(10, ["frame": ["size": 9_014, "port": 3_843], "timeout": 0.3])
        #expect(books.returned == 0 && books.corrupted == 0, "\(books)")
        let totals = try reflector.stop()
        #expect(totals.passed["other_port"] == 10, "\(totals)")
        totals.expectAccounts(forSent: 0)
      }
    }

    @Test("a signature at the last place there is, in the first part of a long frame", arguments: AttachMode.allCases)
    func farSignature(mode: AttachMode) throws {
      try NetnsLab.with(mode, Self.shape) { lab in
        let rule = ["--rules", "none", "--rule", "name=far,port=3842,offset=1024,bytes=text:FAR AWAY"]
        let reflector = try Reflector(in: lab, mode.options + rule)
        let frame: [String: Any] = [
          "size": 9_014, "family": "ipv4-options", "tags": "qinq", "signature": "FAR AWAY", "offset": 1_024,
        ]
        try Agent.tester(in: lab).send(20, ["frame": frame]).expectPerfect(20)
        let totals = try reflector.stop()
        #expect(totals.rules == ["far": 20])
        totals.expectAccounts(forSent: 20)
      }
    }

    @Test("queues that come later take long frames, too")
    func growth() throws {
      var shape = Self.shape
      shape.queues = 2
      shape.queuesInUse = 1
      try NetnsLab.with(shape) { lab in
        let reflector = try Reflector(in: lab)
        #expect(reflector.attached.queues.count == 1)
        for end in [lab.reflector, lab.tester] { try end.setQueues(2) }
        _ = try eventually(within: 15, "queue 1 reflects") {
          reflector.process.errors.contains("queue 1 reflects, too") ? true : nil
        }
        let agent = try Agent.tester(in: lab)
        try agent.send(500, ["window": 32, "flows": 64, "frame": ["size": 9_014]]).expectPerfect(500)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 500)
        #expect(totals.queues.allSatisfy { $0.received > 0 }, "\(totals.queues)")
      }
    }

    @Test("an MTU that is raised beyond a chunk while attached is told of, and attaching again is the way out")
    func raised() throws {
      try NetnsLab.with(.init(testerMTU: 3_000, mtu: 3_000)) { lab in
        let reflector = try Reflector(in: lab, ["--mode", "generic"])
        #expect(reflector.attached.queues[0].multiBuffer == false)
        for end in [lab.tester, lab.reflector] { try end.setLink("mtu", "9000") }
        _ = try eventually(within: 15, "the warning") {
          reflector.process.errors.contains("MTU 9000: frames over 3840 bytes") ? true : nil
        }
        #expect(reflector.process.errors.contains("attach again"))
        let agent = try Agent.tester(in: lab)
        let books = try agent.send(10, ["frame": ["size": 9_014], "timeout": 0.3])
        #expect(books.returned == 0, "\(books)")
        let totals = try reflector.stop()
        #expect(totals.queues[0].xsk?["rx_dropped"] == 10, "\(totals)")
        totals.expectBalance()

        let again = try Reflector(in: lab)
        #expect(again.attached.queues[0].multiBuffer == true)
        try agent.send(10, ["frame": ["size": 9_014]]).expectPerfect(10)
        try again.stop().expectAccounts(forSent: 10)
      }
    }
  }
}
