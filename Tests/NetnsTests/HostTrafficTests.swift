import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What isn't ours belongs to the host, untouched and undisturbed.
  @Suite struct HostTraffic {
    @Test("ping and a TCP stream go on while frames are reflected (fault 1)", arguments: AttachMode.allCases)
    func undisturbed(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 2)) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.begin("send", ["count": 2_000, "window": 64, "flows": 64, "seconds": 3])
        try expectPing(lab, count: 20)
        try Self.expectStream(lab, bytes: 1 << 20)
        let books = try agent.books()
        books.expectPerfect()
        try reflector.stop().expectAccounts(forSent: books.sent)
      }
    }

    /// A megabyte of random bytes by TCP, compared.
    static func expectStream(_ lab: NetnsLab, bytes count: Int) throws {
      let sent = NSTemporaryDirectory() + "/reflector-stream-\(getpid())"
      var random = SystemRandomNumberGenerator()
      // Text, so that what came can be read back as text: netcat doesn't mind.
      let text = (0..<count / 16).map { _ in String(format: "%016llx", random.next() as UInt64) }.joined()
      try text.write(toFile: sent, atomically: true, encoding: .utf8)
      defer { unlink(sent) }

      let server = try ChildProcess(lab.reflector.inside(["nc", "-l", "7000"]))
      _ = try eventually(within: 15, "nc listens") {
        try runChecked(lab.reflector.inside(["ss", "-ltn"])).contains(":7000") ? true : nil
      }
      let client = try run(lab.tester.inside(["nc", "-N", "-w", "10", lab.reflector.ipv4, "7000"]), input: .file(sent))
      #expect(client.status == 0, "\(client.errors)")
      try server.wait()
      #expect(server.output == text, "\(server.output.utf8.count) of \(text.utf8.count) bytes")
    }

    /// The kinds of frames that must never be reflected, by the reason that they are counted under.
    private static let kinds = [
      "foreign_oui", "other_port", "other_signature", "truncated_signature", "foreign_destination",
      "multicast_destination", "multicast_source", "own_source", "not_ip", "malformed_ip", "fragment", "not_udp",
      "multicast_ip", "same_ip", "malformed_udp", "too_many_tags", "truncated",
    ]
    /// Of these the two stacks send some of their own: ARP, neighbour discovery, multicast listener reports.
    private static let alsoNoise: Set = ["multicast_destination", "not_ip", "not_udp"]

    private struct Refusal: Decodable {
      let sent: [String: UInt64]
      let returned: [String]
    }

    private struct Heard: Decodable {
      let messages: [Message]

      struct Message: Decodable, Hashable {
        let port: Int
        let family: String
        let text: String
      }
    }

    @Test(
      "what isn't a test frame is never reflected, reaches the host and is counted (fault 7)",
      arguments: AttachMode.allCases)
    func refused(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let host = try Agent(at: lab.reflector)
        try host.ask("listen", ["ports": [3842, 3843]])
        let agent = try Agent.tester(in: lab)
        let reflector = try Reflector(in: lab, mode.options)
        let refusal = try JSONDecoder().decode(Refusal.self, from: agent.ask("refuse", ["kinds": Self.kinds]))
        #expect(refusal.returned == [])

        let heard = try JSONDecoder().decode(Heard.self, from: host.ask("heard")).messages
        let ports = ["foreign_oui": 3842, "other_signature": 3842, "other_port": 3843, "fragment": 3842]
        for (kind, port) in ports {
          for family in ["ipv4", "ipv6"] {
            let count = heard.filter { $0.port == port && $0.family == family && $0.text.contains(kind) }.count
            #expect(count == 1, "\(kind) over \(family): \(heard)")
          }
        }
        #expect(heard.filter { $0.text == "PROBE" }.count == 2, "truncated_signature")

        let totals = try reflector.stop()
        for (kind, sent) in refusal.sent {
          let counted = try #require(totals.passed[kind], "no counter for \(kind)")
          let agrees = Self.alsoNoise.contains(kind) ? counted >= sent : counted == sent
          #expect(agrees, "\(kind): counted \(counted), sent \(sent)")
        }
        totals.expectAccounts(forSent: 0)
      }
    }

    @Test("an ICMP echo request with a test frame's payload is answered by the host")
    func echo() throws {
      struct Echo: Decodable { let answered: Bool }
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let answer = try Agent.tester(in: lab).ask("echo")
        #expect(try JSONDecoder().decode(Echo.self, from: answer).answered)
        try reflector.stop().expectAccounts(forSent: 0)
      }
    }

    @Test("a queue without a socket passes its frames to the host (fault 6)", arguments: AttachMode.allCases)
    func queueWithoutSocket(mode: AttachMode) throws {
      try NetnsLab.with(mode, .init(queues: 4)) { lab in
        let host = try Agent(at: lab.reflector)
        try host.ask("listen", ["ports": [3842]])
        let reflector = try Reflector(in: lab, mode.options + ["--queues", "0"])
        #expect(reflector.attached.queues.map(\.queue) == [0])
        #expect(reflector.attached.queuesWithoutSocket == [1, 2, 3])
        // 64 flows: the veth spreads them over its queues by their hash.
        let books = try Agent.tester(in: lab).send(64, ["flows": 64, "timeout": 2])
        #expect(books.corrupted == 0 && books.doubled == 0, "\(books)")
        #expect(books.returned > 0 && books.lost > 0, "all flows fell on one queue: \(books)")
        let heard = try JSONDecoder().decode(Heard.self, from: host.ask("heard")).messages
        #expect(heard.count == books.lost, "the host got \(heard.count) of \(books.lost)")
        try expectPing(lab)

        let totals = try reflector.stop()
        #expect(totals.passed[mode.isKernel ? "other_queue" : "no_socket"] == UInt64(books.lost))
        #expect(totals.queues.map(\.bindMode) == [mode.bindMode, "none", "none", "none"])
        #expect(totals.received == UInt64(books.returned))
        totals.expectBalance()
      }
    }

    @Test("a queue that can't send gets no socket: its frames go to the host, and nothing is swallowed")
    func queueThatCannotSend() throws {
      try NetnsLab.with(.init(queues: 2, transmitQueues: 1)) { lab in
        let host = try Agent(at: lab.reflector)
        try host.ask("listen", ["ports": [3842]])
        let reflector = try Reflector(in: lab)
        #expect(reflector.attached.queues.map(\.queue) == [0])
        #expect(reflector.process.errors.contains("fewer TX than RX queues"))
        #expect(reflector.attached.warnings.count == 1 && reflector.attached.warnings[0].contains("TX"))
        let books = try Agent.tester(in: lab).send(64, ["flows": 64, "timeout": 2])
        #expect(books.returned > 0 && books.lost > 0, "all flows fell on one queue: \(books)")
        let heard = try JSONDecoder().decode(Heard.self, from: host.ask("heard")).messages
        #expect(heard.count == books.lost, "the host got \(heard.count) of \(books.lost)")
        let totals = try reflector.stop()
        #expect(totals.completed == UInt64(books.returned))
        totals.expectBalance()
      }
    }
  }
}
