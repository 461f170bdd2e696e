import ReflectorCore
import Testing

@Suite("Rules as text")
struct RuleParsingTests {
  @Test(
    "all forms of a rule",
    arguments: [
      ("name=a,port=1,bytes=00", "name=a,port=1,offset=0,bytes=00"),
      ("bytes=50:52:4f,offset=1024,port=any,name=A-b_c.9", "name=A-b_c.9,port=any,offset=1024,bytes=50524f"),
      ("name=x,port=0,bytes=0xfF", "name=x,port=any,offset=0,bytes=ff"),
      ("name=x,port=65535,bytes=text:Y.1564 ,offset=5", "name=x,port=65535,offset=5,bytes=592e3135363420"),
      ("name=x,port=7,bytes=text:a=b", "name=x,port=7,offset=0,bytes=613d62"),
      ("name=x,port=7,bytes=00112233445566778899aabbccddeeff", nil),
      ("name=abcdefghijklmnopqrstuvw,port=7,bytes=aa", nil),
    ] as [(String, String?)])
  func good(text: String, canonical: String?) throws {
    let rule = try Rule(parsing: text)
    #expect(canonical == nil || rule.description == canonical)
    #expect(try Rule(parsing: rule.description) == rule)
  }

  @Test(
    "what is wrong is named",
    arguments: [
      ("", .notAPair("")),
      ("name=a,port=1,bytes=00,", .notAPair("")),
      ("name=a,port=1,bytes", .notAPair("bytes")),
      ("name=a,port=1,bytes=00,vlan=3", .unknownKey("vlan")),
      ("Name=a,port=1,bytes=00", .unknownKey("Name")),
      ("name=a,port=1,port=1,bytes=00", .doubleKey("port")),
      ("port=1,bytes=00", .missingKey("name")),
      ("name=a,bytes=00", .missingKey("port")),
      ("name=a,port=1", .missingKey("bytes")),
      ("name=,port=1,bytes=00", .name("")),
      ("name=a b,port=1,bytes=00", .name("a b")),
      ("name=é,port=1,bytes=00", .name("é")),
      ("name=abcdefghijklmnopqrstuvwx,port=1,bytes=00", .name("abcdefghijklmnopqrstuvwx")),
      ("name=a,port=,bytes=00", .port("")),
      ("name=a,port=65536,bytes=00", .port("65536")),
      ("name=a,port=-1,bytes=00", .port("-1")),
      ("name=a,port=+1,bytes=00", .port("+1")),
      ("name=a,port=99999999999999999999,bytes=00", .port("99999999999999999999")),
      ("name=a,port=1,offset=1025,bytes=00", .offset("1025")),
      ("name=a,port=1,offset=0x5,bytes=00", .offset("0x5")),
      ("name=a,port=1,offset=-1,bytes=00", .offset("-1")),
      ("name=a,port=1,bytes=", .signatureLength(0)),
      ("name=a,port=1,bytes=text:", .signatureLength(0)),
      ("name=a,port=1,bytes=text:12345678901234567", .signatureLength(17)),
      ("name=a,port=1,bytes=0", .bytes("0")),
      ("name=a,port=1,bytes=0g", .bytes("0g")),
      ("name=a,port=1,bytes=+1", .bytes("+1")),
      ("name=a,port=1,bytes=00:1", .bytes("00:1")),
      ("name=a,port=1,bytes=PROBEOT", .bytes("PROBEOT")),
      ("name=a,port=1,bytes=text:é", .bytes("text:é")),
    ] as [(String, RuleError)])
  func bad(text: String, error: RuleError) {
    #expect(throws: error) { try Rule(parsing: text) }
  }

  @Test("each error is one line that says what is allowed")
  func descriptions() {
    let errors: [RuleError] = [
      .name("x"), .port("x"), .offset("x"), .bytes("x"), .signatureLength(17), .notAPair("x"), .unknownKey("x"),
      .doubleKey("x"), .missingKey("x"), .tooManyRules(65), .sameName("x"), .sameSignature(first: "x", second: "y"),
      .tooManyShapes(rule: "x", port: 7), .tooManyShapes(rule: "x", port: 0), .outOfOrder(first: "x", second: "y"),
    ]
    for error in errors {
      #expect(error.description.count > 30 && !error.description.contains("\n"), "\(error)")
    }
    #expect(Set(errors.map(\.description)).count == errors.count)
  }

  @Test("built-in rules pass their own validation", arguments: RuleSet.allCases)
  func builtIn(set: RuleSet) throws {
    for rule in set.rules(port: 7) {
      let signature = try Signature(offset: Int(rule.signature.offset), bytes: rule.signature.bytes)
      #expect(try Rule(name: rule.name, port: 7, signature: signature) == rule)
    }
  }

  @Test("built-in rules are those of the testers")
  func builtInContents() {
    #expect(
      Fixture.defaultRules.map(\.description) == [
        "name=ito.probeot,port=3842,offset=5,bytes=50524f42454f54",
        "name=ito.data,port=3842,offset=5,bytes=444154413a4f54",
        "name=ito.latency,port=3842,offset=5,bytes=4c4154454e4359",
        "name=rfc2544,port=3842,offset=0,bytes=52464332353434",
        "name=y1564,port=3842,offset=0,bytes=592e3135363420",
      ])
  }
}
