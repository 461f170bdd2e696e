import TestSupport
import Testing

extension EndToEnd {
  /// Which signatures are answered, and as which rule they are counted.
  @Suite struct Rules {
    private static let signatures = [
      ("ito", "PROBEOT", 5), ("ito", "DATA:OT", 5), ("ito", "LATENCY", 5),
      ("rfc2544", "RFC2544", 0),
      ("y1564", "Y.1564 ", 0),
    ]

    @Test("each rule set answers its own signatures and no others", arguments: ["ito", "rfc2544", "y1564"])
    func ruleSets(chosen: String) throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--rules", chosen])
        let agent = try Agent.tester(in: lab)
        var sent = 0
        for (set, signature, offset) in Self.signatures {
          let frame: [String: Any] = ["signature": signature, "offset": offset]
          let books = try agent.send(10, ["frame": frame, "timeout": set == chosen ? 10 : 0.2])
          if set == chosen {
            books.expectPerfect(10)
            sent += 10
          } else {
            #expect(books.lost == 10 && books.corrupted == 0, "\(signature): \(books)")
          }
        }
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: sent)
        #expect(totals.passed["other_signature"] == UInt64(10 * Self.signatures.count - sent))
      }
    }

    @Test("own rules, on other ports and at other offsets")
    func ownRules() throws {
      try NetnsLab.with { lab in
        let rules = [
          "name=mine,port=5000,offset=20,bytes=4d494e45", "name=long,port=7,offset=9,bytes=text:0123456789abcdef",
        ]
        let reflector = try Reflector(in: lab, rules.flatMap { ["--rule", $0] })
        let agent = try Agent.tester(in: lab)
        let mine: [String: Any] = ["signature": "MINE", "offset": 20, "port": 5000]
        try agent.send(33, ["frame": mine]).expectPerfect(33)
        let long: [String: Any] = [
          "signature": "0123456789abcdef", "offset": 9, "port": 7, "size": 0, "family": "ipv6",
        ]
        try agent.send(20, ["frame": long]).expectPerfect(20)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 53)
        #expect(totals.rules["mine"] == 33)
        #expect(totals.rules["long"] == 20)
      }
    }

    @Test("--port, --oui and --any-oui")
    func portAndOUI() throws {
      try NetnsLab.with { lab in
        let agent = try Agent.tester(in: lab)
        var reflector = try Reflector(in: lab, ["--port", "0"])
        try agent.send(10, ["frame": ["port": 1]]).expectPerfect(10)
        try agent.send(10, ["frame": ["port": 65_535]]).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 20)

        reflector = try Reflector(in: lab, ["--oui", "02:aa:bb", "--port", "4000"])
        let refused = try agent.send(10, ["timeout": 0.2, "frame": ["port": 4_000]])
        #expect(refused.lost == 10)
        #expect(try reflector.stop().passed["foreign_oui"] == 10)

        reflector = try Reflector(in: lab, ["--any-oui"])
        try agent.send(10).expectPerfect(10)
        try reflector.stop().expectAccounts(forSent: 10)
      }
    }
  }
}
