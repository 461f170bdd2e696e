import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Who gets an answer: by lists of networks and addresses, over IPv4 and IPv6, with and without tags.
  @Suite struct PolicyLists {
    /// One kind of sender, and what is to become of its frames.
    struct Sender {
      let family: String
      let source: String
      var tags = "untagged"
      /// Nil: they come back.
      var refusal: String?

      var frame: [String: Any] {
        ["family": family, "tags": tags, "source": [family == "ipv6" ? "ipv6" : "ipv4": source]]
      }
    }

    /// Sends a few frames of each. What is refused must not come back, and be counted under its reason.
    static func expect(
      _ senders: [Sender], _ agent: Agent, _ reflector: Reflector, inKind: KeyPath<Statistics, [String: UInt64]>
    )
      throws
    {
      var reasons: [String: UInt64] = [:]
      var returned = 0
      for sender in senders {
        let books = try agent.send(
          10, ["frame": sender.frame, "flows": 3, "timeout": sender.refusal == nil ? 10 : 0.1])
        if let refusal = sender.refusal {
          #expect(books.lost == 10 && books.corrupted == 0, "\(sender): \(books)")
          reasons[refusal, default: 0] += 10
        } else {
          books.expectPerfect(10)
          returned += 10
        }
      }
      let totals = try reflector.stop()
      totals.expectAccounts(forSent: returned)
      for (reason, count) in reasons { #expect(totals[keyPath: inKind][reason] == count, "\(reason): \(totals)") }
      let refused = totals.dropped.values.reduce(0, +)
      #expect(inKind == \.dropped ? refused == reasons.values.reduce(0, +) : refused == 0, "\(totals.dropped)")
    }

    private static let senders = [
      Sender(family: "ipv4", source: "192.0.2.1"),
      Sender(family: "ipv4", source: "192.0.2.1", tags: "802.1q"),
      Sender(family: "ipv4", source: "192.0.2.70", refusal: "denied_source"),
      Sender(family: "ipv4", source: "192.0.2.70", tags: "qinq", refusal: "denied_source"),
      Sender(family: "ipv4", source: "192.0.2.77"),
      Sender(family: "ipv4", source: "198.51.100.1", refusal: "other_source"),
      Sender(family: "ipv4-options", source: "198.51.100.1", refusal: "other_source"),
      Sender(family: "ipv6", source: "2001:db8::1"),
      Sender(family: "ipv6", source: "2001:db8::1", tags: "qinq"),
      Sender(family: "ipv6", source: "2001:db8::bad", refusal: "denied_source"),
      Sender(family: "ipv6", source: "2001:db8:1::1", tags: "802.1q", refusal: "other_source"),
    ]

    private static let lists = [
      "--allow", "192.0.2.0/25", "--deny", "192.0.2.64/26", "--allow", "192.0.2.77", "--allow", "2001:db8::/64",
      "--deny", "2001:db8::bad",
    ]

    @Test("the longest prefix decides, in IPv4 and IPv6, with and without tags", arguments: AttachMode.allCases)
    func networks(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options + Self.lists)
        try Self.expect(Self.senders, try Agent.tester(in: lab), reflector, inKind: \.dropped)
      }
    }

    @Test("--refused pass: the host gets what is refused", arguments: AttachMode.eachDatapath)
    func passed(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let host = try Agent(at: lab.reflector)
        try host.ask("listen", ["ports": [3842]])
        let reflector = try Reflector(in: lab, mode.options + Self.lists + ["--refused", "pass"])
        try Self.expect(Self.senders, try Agent.tester(in: lab), reflector, inKind: \.passed)
        let heard = try JSONSerialization.jsonObject(with: host.ask("heard")) as? [String: Any]
        // The stack takes those without a tag: nobody has an interface for the others' VLANs.
        let messages = try #require(heard?["messages"] as? [[String: Any]])
        #expect(messages.count { $0["family"] as? String == "ipv4" } == 30, "\(messages)")
        #expect(messages.count { $0["family"] as? String == "ipv6" } == 10, "\(messages)")
      }
    }

    @Test("destinations, and MAC addresses that are denied", arguments: AttachMode.eachDatapath)
    func destinations(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(
          in: lab,
          mode.options + [
            "--allow-destination", "192.0.2.2", "--allow-destination", "2001:db8::/127", "--deny", "00:c0:17:00:00:66",
          ])
        let agent = try Agent.tester(in: lab)
        try agent.send(10).expectPerfect(10)
        for (frame, count) in [
          (["destination": ["ipv4": "192.0.2.3"]], 10), (["family": "ipv6"], 10),
          (["source": ["mac": "00:c0:17:00:00:66"]], 10),
        ] as [([String: Any], Int)] {
          #expect(try agent.send(count, ["frame": frame, "timeout": 0.1]).lost == count, "\(frame)")
        }
        let six: [String: Any] = ["family": "ipv6", "destination": ["ipv6": "2001:db8::"]]
        try agent.send(10, ["frame": six]).expectPerfect(10)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 20)
        #expect(totals.dropped["other_destination"] == 20 && totals.dropped["denied_mac"] == 10, "\(totals.dropped)")
      }
    }

    @Test("--any-oui answers the interface's networks, follows them, and --allow any opens it to the world")
    func openness() throws {
      try NetnsLab.with { lab in
        let agent = try Agent.tester(in: lab)
        let stranger: [String: Any] = ["source": ["ipv4": "198.51.100.1", "mac": "02:00:5e:00:00:77"]]
        let neighbour: [String: Any] = ["source": ["ipv4": "192.0.2.9", "mac": "02:00:5e:00:00:77"]]
        let own: [String: Any] = [
          "source": ["ipv4": "192.0.2.2"], "destination": ["ipv4": "192.0.2.1"],
        ]
        var reflector = try Reflector(in: lab, ["--any-oui"])
        try agent.send(10, ["frame": neighbour]).expectPerfect(10)
        #expect(try agent.send(10, ["frame": stranger, "timeout": 0.1]).lost == 10)
        #expect(try agent.send(10, ["frame": own, "timeout": 0.1]).lost == 10)
        // It gets an address in the stranger's network.
        try runChecked(
          ["ip", "-n", lab.reflector.namespace, "address", "add", "198.51.100.2/24", "dev", lab.reflector.interface])
        let before = try ReflectorCommand.statistics(lab).reflected
        _ = try eventually(within: 15, "the stranger is a neighbour") {
          try agent.send(1, ["frame": stranger, "timeout": 0.2]).returned == 1 ? true : nil
        }
        #expect(try ReflectorCommand.statistics(lab).reflected > before)
        let totals = try reflector.stop()
        #expect(totals.dropped["own_ip"] == 10 && totals.dropped["other_source"] ?? 0 >= 10, "\(totals.dropped)")
        totals.expectBalance()

        reflector = try Reflector(in: lab, ["--any-oui", "--allow", "any"])
        let world: [String: Any] = ["source": ["ipv4": "203.0.113.1", "mac": "02:00:5e:00:00:77"]]
        try agent.send(10, ["frame": world]).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 10)
      }
    }

    @Test("conversations: the oldest make room, and none is refused for it", arguments: AttachMode.eachDatapath)
    func eviction(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options + ["--flows", "1024"])
        try Agent.tester(in: lab).send(3_000, ["window": 64, "flows": 3_000]).expectPerfect(3_000)
        try reflector.stop().expectAccounts(forSent: 3_000)
      }
    }
  }

  /// How often somebody gets an answer.
  @Suite struct PolicyRates {
    private struct Paced: Decodable {
      let sent: [Int]
      let returned: [Int]
      /// Of ten, less those in which the tester had no CPU.
      let seconds: Double

      /// Whether that much came back, within 5 %.
      func isWithin5Percent(_ returned: Int, of rate: Double) -> Bool {
        abs(Double(returned) - rate * seconds) <= 0.05 * rate * seconds
      }
    }

    private static func pace(
      _ agent: Agent, rate: Int, sources: [String], family: String = "ipv4"
    ) throws -> Paced {
      try JSONDecoder().decode(
        Paced.self,
        from: agent.ask("pace", ["seconds": 10, "rate": rate, "sources": sources, "frame": ["family": family]]))
    }

    @Test("frames a second of each source: within 5% over ten seconds")
    func frames() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--source-rate", "400"])
        let agent = try Agent.tester(in: lab)
        let books = try Self.pace(agent, rate: 1_000, sources: ["192.0.2.1", "192.0.2.7"])
        for (sent, returned) in zip(books.sent, books.returned) {
          #expect(sent > 6_000 && books.seconds > 8, "the tester didn't get as far as that: \(books)")
          #expect(books.isWithin5Percent(returned, of: 400), "\(books)")
        }
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: books.returned.reduce(0, +))
        #expect(totals.dropped["source_rate"] == UInt64(books.sent.reduce(0, +) - books.returned.reduce(0, +)))
      }
    }

    @Test("bits a second of all together, in the kernel datapath: within 5% over ten seconds")
    func bits() throws {
      try NetnsLab.with(.kernel) { lab in
        // 128 bytes a frame: 500 of them are 512 kbit.
        let reflector = try Reflector(in: lab, AttachMode.kernel.options + ["--total-bits", "512k"])
        let agent = try Agent.tester(in: lab)
        let books = try Self.pace(
          agent, rate: 700, sources: ["2001:db8::1", "2001:db8::7"], family: "ipv6")
        let returned = books.returned.reduce(0, +)
        #expect(
          books.sent.reduce(0, +) > 8_000 && books.seconds > 8, "the tester didn't get as far as that: \(books)")
        #expect(books.isWithin5Percent(returned, of: 500), "\(books)")
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: returned)
        #expect(totals.dropped["total_rate"] == UInt64(books.sent.reduce(0, +) - returned))
      }
    }
  }
}
