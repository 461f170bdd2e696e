import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Policy of a running reflector, changed by commands.
  @Suite struct PolicyChanges {
    /// Runs a command on the reflector at the lab's far end.
    static func command(_ lab: NetnsLab, _ words: [String], _ arguments: [String] = []) throws -> Outcome {
      try ReflectorCommand.run(
        words + [lab.reflector.interface, "--netns", lab.reflector.namespace] + arguments)
    }

    static func change(_ lab: NetnsLab, _ words: [String], _ arguments: [String] = []) throws {
      let outcome = try command(lab, words, arguments)
      guard outcome.status == 0 else { throw TestFailure("\(words) \(arguments): \(outcome)") }
    }

    private static var stranger: [String: Any] { ["source": ["ipv4": "198.51.100.9"]] }
    private static var mine: [String: Any] { ["signature": "MINE", "offset": 20, "port": 5000] }

    @Test("allow, deny, rules and limits take effect at once", arguments: AttachMode.eachDatapath)
    func atOnce(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        func expect(_ frame: [String: Any], returned: Bool) throws {
          let books = try agent.send(10, ["frame": frame, "flows": 2, "timeout": returned ? 10 : 0.1])
          #expect(returned ? books.isPerfect : books.lost == 10 && books.corrupted == 0, "\(frame): \(books)")
        }
        try expect(Self.stranger, returned: true)
        try Self.change(lab, ["allow", "add"], ["192.0.2.0/24", "2001:db8::/32"])
        try expect(Self.stranger, returned: false)  // Though its conversation is known.
        try expect([:], returned: true)
        try Self.change(lab, ["allow", "add"], ["198.51.100.0/24"])
        try expect(Self.stranger, returned: true)
        try Self.change(lab, ["deny", "add"], ["198.51.100.9"])
        try expect(Self.stranger, returned: false)
        try Self.change(lab, ["deny", "remove"], ["198.51.100.9"])
        try Self.change(lab, ["deny", "add"], ["00:c0:17:00:00:66"])
        try expect(["source": ["mac": "00:c0:17:00:00:66"]], returned: false)
        try Self.change(lab, ["deny", "clear"])
        try Self.change(lab, ["allow", "clear"])
        try expect(Self.stranger, returned: true)

        try expect(Self.mine, returned: false)
        try Self.change(lab, ["rules", "add"], ["name=mine,port=5000,offset=20,bytes=text:MINE"])
        try expect(Self.mine, returned: true)
        #expect(try ReflectorCommand.statistics(lab).rules["mine"] == 10)
        try Self.change(lab, ["rules", "remove"], ["mine"])
        try expect(Self.mine, returned: false)
        try expect([:], returned: true)

        try Self.change(lab, ["limits"], ["--source-rate", "1"])
        let limited = try agent.send(10, ["flows": 2, "timeout": 0.1])
        #expect(limited.lost >= 8, "\(limited)")
        try Self.change(lab, ["limits"], ["--source-rate", "none"])
        try expect([:], returned: true)
        let totals = try reflector.stop()
        totals.expectBalance()
        #expect(totals.dropped["other_source"] == 10 && totals.dropped["denied_source"] == 10, "\(totals.dropped)")
        #expect(totals.dropped["denied_mac"] == 10, "\(totals.dropped)")
      }
    }

    /// Changes that must be refused, and a word that the refusal has to have.
    private static let refused: [([String], [String], String)] = [
      (["rules", "add"], ["name=good,port=5000,bytes=00", "name=probe,port=no,bytes=00"], "port"),
      (["rules", "add"], ["name=good,port=5000,bytes=00", "name=good,port=5001,bytes=01"], "good"),
      (["rules", "add"], (1...4).map { "name=shape\($0),port=3842,offset=\($0 + 30),bytes=0\($0)" }, "3842"),
      (["rules", "add"], (0..<64).map { "name=many\($0),port=\(6000 + $0),bytes=00" }, "64"),
      (["rules", "remove"], ["nobody"], "nobody"),
      (["allow", "add"], ["203.0.113.0/24", "203.0.113.1/24"], "203.0.113.1/24"),
      (["allow", "add"], ["203.0.113.0/24", "198.51.100.0/33"], "198.51.100.0/33"),
      (["allow", "add"], ["203.0.113.0/24", "10.9.0.0/16"], "10.9.0.0/16"),
      (["allow", "remove"], ["192.0.2.0/24", "192.0.2.0/25"], "192.0.2.0/25"),
      (["deny", "add"], ["203.0.113.0/24", "01:00:5e:00:00:01"], "01:00:5e:00:00:01"),
      (["limits"], ["--source-rate", "0"], "0"),
      (["limits"], ["--total-bits", "1k", "--burst", "1"], "burst"),
    ]

    @Test("a change that is refused names what is wrong, and leaves all maps as they were")
    func refusals() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(
          in: lab, ["--allow", "192.0.2.0/24", "--deny", "10.9.0.0/16", "--source-rate", "100k"])
        let maps = [
          "generation", "config", "ports", "signatures", "networks4", "networks6", "destinations4", "denied_macs",
        ]
        func dump() throws -> [String] {
          try maps.map {
            try runChecked(["bpftool", "-j", "map", "dump", "pinned", "\(reflector.attached.pins)/\($0)"])
          }
        }
        let before = try dump()
        for (words, arguments, name) in Self.refused {
          let outcome = try Self.command(lab, words, arguments)
          #expect([64, 65].contains(outcome.status), "\(words) \(arguments): \(outcome)")
          #expect(outcome.errors.contains(name), "\(words) \(arguments): \(outcome.errors)")
        }
        let after = try dump()
        for (name, (former, now)) in zip(maps, zip(before, after)) { #expect(former == now, "\(name) changed") }
        try Agent.tester(in: lab).send(10).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 10)
      }
    }

    @Test(
      "100,000 networks and 64 rules at once, under traffic, without a frame lost",
      arguments: [AttachMode.native, .kernel])
    func many(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options + ["--allow", "192.0.2.0/24"])
        let agent = try Agent.tester(in: lab)
        let four = (0..<65_536).map { "10.\($0 >> 8).\($0 & 255).0/24" }
        let six = (0..<34_464).map { "2001:db8:\(String($0, radix: 16))::/48" }
        let file = try TemporaryFile((four + six).joined(separator: "\n"))
        try agent.begin("send", ["count": 2_000, "window": 32, "flows": 16, "seconds": 4])
        try Self.change(lab, ["allow", "add"], ["--file", file.path])
        try Self.change(
          lab, ["rules", "add"], (0..<59).map { "name=more\($0),port=\(6_000 + $0),bytes=text:MORE\($0)" })
        let books = try agent.books()
        books.expectPerfect()
        let inList: [[String: Any]] = [
          ["source": ["ipv4": "10.200.7.1"]], ["family": "ipv6", "source": ["ipv6": "2001:db8:869f::1"]],
          ["signature": "MORE58", "offset": 0, "port": 6_058],
        ]
        for frame in inList { try agent.send(10, ["frame": frame]).expectPerfect(10) }
        #expect(try agent.send(10, ["frame": ["source": ["ipv4": "11.0.0.1"]], "timeout": 0.1]).lost == 10)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: books.sent + 10 * inList.count)
      }
    }

    @Test("flows: who talked to whom, exactly", arguments: AttachMode.eachDatapath)
    func flows(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        try agent.send(90, ["flows": 3]).expectPerfect(90)
        try agent.send(7, ["flows": 1, "frame": ["family": "ipv6", "tags": "qinq"]]).expectPerfect(7)
        let outcome = try Self.command(lab, ["flows"], ["--format", "json", "--sort", "frames", "--top", "10"])
        #expect(outcome.status == 0, "\(outcome)")
        let table = try #require(try jsonObject(outcome.output) as? [String: Any])
        let flows = try #require(table["flows"] as? [[String: Any]])
        #expect(flows.count == 4)
        #expect(flows.map { $0["frames"] as? Int } == [30, 30, 30, 7], "\(flows)")
        let six = try #require(flows.last)
        #expect(six["source"] as? String == "2001:db8::1" && six["source_port"] as? Int == 20_000, "\(six)")
        #expect(six["vlans"] as? [Int] == [100, 101] && six["bytes"] as? Int == 7 * 128, "\(six)")
        let one = try Self.command(lab, ["flows"], ["--top", "1", "--sort", "bytes"])
        #expect(one.status == 0 && one.output.contains("192.0.2.1"), "\(one)")
        try reflector.stop().expectAccounts(forSent: 97)
      }
    }
  }
}
