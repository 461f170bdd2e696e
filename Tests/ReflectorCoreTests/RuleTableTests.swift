import ReflectorCore
import Testing

@Suite("Rule table")
struct RuleTableTests {
  private func rules(_ texts: String...) throws -> [Rule] {
    try texts.enumerated().map { try Rule(parsing: "name=r\($0),\($1)") }
  }

  private func verdict(_ rules: [Rule], port: UInt16, payload: String) throws -> Verdict {
    let frame = try TestFrame(
      source: Fixture.tester, destination: Fixture.reflector, network: Fixture.ipv6, destinationPort: port,
      payload: .raw(Array(payload.utf8)), length: 200)
    return Classifier(mac: Fixture.reflector, oui: nil, table: try RuleTable(rules)).classify(frame.bytes)
  }

  @Test("default rules: two shapes, one port")
  func defaults() throws {
    let table = try RuleTable(Fixture.defaultRules)
    #expect(table.anyPort.isEmpty)
    #expect(table.ports.keys.sorted() == [3842])
    #expect(table.ports[3842]?.map(\.offset) == [5, 0])
    #expect(table.ports[3842]?.map(\.length) == [7, 7])
    #expect(table.signatures.count == 5)
  }

  @Test("rules for any port stand among a port's own, in the order given")
  func merged() throws {
    let table = try RuleTable(
      try rules("port=7,bytes=aa", "port=any,offset=3,bytes=bb", "port=7,offset=9,bytes=cc", "port=8,bytes=dd"))
    #expect(table.anyPort.map(\.offset) == [3])
    #expect(table.ports[7]?.map(\.offset) == [0, 3, 9])
    #expect(table.ports[7]?.map(\.port) == [7, 0, 7])
    #expect(table.ports[8]?.map(\.offset) == [3, 0])
  }

  @Test("the first rule wins, for any port or for one")
  func first() throws {
    let anyFirst = try rules("port=any,bytes=text:ab", "port=7,bytes=text:abc")
    #expect(try verdict(anyFirst, port: 7, payload: "abc") == .reflect(rule: 0))
    #expect(try verdict(anyFirst, port: 8, payload: "abc") == .reflect(rule: 0))
    let exactFirst = try rules("port=7,bytes=text:abc", "port=any,bytes=text:ab")
    #expect(try verdict(exactFirst, port: 7, payload: "abc") == .reflect(rule: 0))
    #expect(try verdict(exactFirst, port: 7, payload: "abd") == .reflect(rule: 1))
    #expect(try verdict(exactFirst, port: 8, payload: "abc") == .reflect(rule: 1))
    #expect(try verdict(exactFirst, port: 0, payload: "xyz") == .pass(.otherSignature))
    let sameSignature = try rules("port=any,bytes=text:ab", "port=7,bytes=text:ab")
    #expect(try verdict(sameSignature, port: 7, payload: "ab") == .reflect(rule: 0))
  }

  @Test("no rules: no port is ours")
  func none() throws {
    #expect(try verdict([], port: 3842, payload: "12345PROBEOT") == .pass(.otherPort))
  }

  @Test("64 rules are allowed, 65 aren't")
  func count() throws {
    let many = try (0..<65).map { try Rule(parsing: "name=r\($0),port=\($0 + 1),bytes=\(UInt8($0).hexadecimal)") }
    #expect(try RuleTable(Array(many[..<64])).ports.count == 64)
    #expect(throws: RuleError.tooManyRules(65)) { try RuleTable(many) }
  }

  @Test("names and signatures are given once")
  func unique() throws {
    let rules = try rules("port=7,bytes=aa", "port=8,bytes=aa", "port=7,offset=0,bytes=AA")
    #expect(throws: RuleError.sameSignature(first: "r0", second: "r2")) { try RuleTable(rules) }
    #expect(throws: RuleError.sameName("r0")) { try RuleTable([rules[0], rules[1], rules[0]]) }
    // A leading zero byte is a byte: these two are not the same.
    #expect(throws: Never.self) { try RuleTable(try self.rules("port=7,bytes=00aa", "port=7,bytes=aa")) }
  }

  @Test("four shapes a port are allowed, five aren't")
  func shapes() throws {
    let four = try rules("port=7,bytes=a0", "port=7,bytes=a0a1", "port=7,offset=1,bytes=a0", "port=7,offset=2,bytes=a0")
    #expect(try RuleTable(four).ports[7]?.count == 4)
    let five = try four + [Rule(parsing: "name=fifth,port=7,offset=3,bytes=a0")]
    #expect(throws: RuleError.tooManyShapes(rule: "fifth", port: 7)) { try RuleTable(five) }
    let other = try four + [Rule(parsing: "name=fifth,port=8,offset=3,bytes=a0")]
    #expect(try RuleTable(other).ports[8]?.count == 1)
    let any = try [Rule(parsing: "name=any,port=any,bytes=a0")] + four
    #expect(throws: RuleError.tooManyShapes(rule: "r3", port: 7)) { try RuleTable(any) }
    let anyFive = try (0..<5).map { try Rule(parsing: "name=a\($0),port=any,offset=\($0),bytes=00") }
    #expect(throws: RuleError.tooManyShapes(rule: "a4", port: 0)) { try RuleTable(anyFive) }
  }

  @Test("an order that can't be kept is refused, but only where a frame can match both")
  func order() throws {
    let ambiguous = try rules("port=7,bytes=text:ab", "port=7,offset=1,bytes=text:x", "port=7,bytes=text:cx")
    #expect(throws: RuleError.outOfOrder(first: "r1", second: "r2")) { try RuleTable(ambiguous) }
    let exclusive = try rules("port=7,bytes=text:ab", "port=7,offset=1,bytes=text:x", "port=7,bytes=text:cd")
    #expect(throws: Never.self) { try RuleTable(exclusive) }
    let apart = try rules("port=7,bytes=text:ab", "port=7,offset=5,bytes=text:x", "port=7,bytes=text:cd")
    #expect(throws: RuleError.outOfOrder(first: "r1", second: "r2")) { try RuleTable(apart) }
    // The built-in sets can be given in any order.
    let sets = RuleSet.allCases
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      #expect(throws: Never.self) { try RuleTable(order.flatMap { sets[$0].rules() }) }
    }
  }

  /// The table against the plain reading of the rules: the first in the list that matches.
  @Test("matches as the list of rules reads")
  func oracle() throws {
    var random = SplitMix64(seed: testSeed)
    var tables = 0
    while tables < 300 {
      let rules = try (0..<6).map { index in
        let bytes = (0..<Int.random(in: 1...2, using: &random)).map { _ in ["61", "62"].randomElement(using: &random)! }
        let port = ["any", "7", "8"].randomElement(using: &random)!
        let offset = Int.random(in: 0...1, using: &random)
        return try Rule(parsing: "name=r\(index),port=\(port),offset=\(offset),bytes=\(bytes.joined())")
      }
      guard (try? RuleTable(rules)) != nil else { continue }
      tables += 1
      for _ in 0..<10 {
        let payload = (0..<3).map { _ in Bool.random(using: &random) ? "a" : "b" }.joined()
        let port = UInt16.random(in: 7...9, using: &random)
        let expected = rules.firstIndex { rule in
          let start = Int(rule.signature.offset)
          return (rule.port == 0 || rule.port == port)
            && Array(payload.utf8)[start...].starts(with: rule.signature.bytes)
        }
        let verdict = try verdict(rules, port: port, payload: payload)
        let note: Comment = "seed \(testSeed): \(rules), port \(port), \(payload)"
        if let expected {
          try #require(verdict == .reflect(rule: expected), note)
        } else {
          try #require(verdict == .pass(.otherSignature) || verdict == .pass(.otherPort), note)
        }
      }
    }
  }
}
