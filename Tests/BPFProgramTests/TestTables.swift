import ReflectorCore

/// The rules that frames are run through: the usual ones, the limits of the maps, and random ones.
struct TestTable {
  let name: String
  let classifier: Classifier

  private static let mac = MACAddress(0x02, 0x00, 0x5e, 0x10, 0x20, 0x30)

  private init(_ name: String, oui: OUI?, _ rules: [Rule]) throws(RuleError) {
    self.name = name
    classifier = Classifier(mac: Self.mac, oui: oui, table: try RuleTable(rules))
  }

  static func all(seed: UInt64) throws(RuleError) -> [TestTable] {
    var tables = [
      try TestTable("default", oui: .netAlly, RuleSet.allCases.flatMap { $0.rules() }),
      try TestTable("any port, any OUI", oui: nil, RuleSet.allCases.flatMap { $0.rules(port: 0) }),
      try TestTable("own", oui: OUI(0x02, 0xaa, 0xbb), own()),
      try TestTable("for any port among those for one", oui: nil, mixed()),
      try TestTable("64 rules, 4 shapes", oui: .netAlly, full()),
      try TestTable("64 ports", oui: .netAlly, ports()),
      try TestTable("no rules", oui: .netAlly, []),
    ]
    var random = SplitMix64(seed: seed)
    for index in 0..<3 {
      tables.append(try TestTable("random \(index)", oui: Bool.random(using: &random) ? nil : .netAlly, some(&random)))
    }
    return tables
  }

  /// The longest and the shortest signature, the highest offset, and one that is another's beginning.
  private static func own() throws(RuleError) -> [Rule] {
    try [
      "name=long,port=7,bytes=000102030405060708090a0b0c0d0e0f", "name=one,port=7,offset=3,bytes=00",
      "name=far,port=9,offset=1024,bytes=ffeeddccbbaa99887766554433221100", "name=last,port=9,offset=1024,bytes=5a",
      "name=begins,port=65535,bytes=text:ab", "name=same,port=65535,bytes=text:abc",
    ].rules()
  }

  private static func mixed() throws(RuleError) -> [Rule] {
    try [
      "name=a,port=3842,offset=1,bytes=00", "name=b,port=any,offset=0,bytes=0025",
      "name=c,port=3842,offset=0,bytes=0025", "name=d,port=any,offset=2,bytes=4a", "name=e,port=50,offset=0,bytes=00",
    ].rules()
  }

  private static func full() throws(RuleError) -> [Rule] {
    try (0..<64).map { index in
      let lengths = [1, 7, 12, 16]
      let bytes = (0..<lengths[index / 16]).map { _ in UInt8(index).hexadecimal }.joined()
      return "name=r\(index),port=3842,offset=\(16 * (index / 16)),bytes=\(bytes)"
    }.rules()
  }

  private static func ports() throws(RuleError) -> [Rule] {
    try (0..<64).map { "name=r\($0),port=\(1000 + $0),offset=\($0 % 5),bytes=\(UInt8($0).hexadecimal)5a" }.rules()
  }

  /// Few values and places, so that rules stand in one another's way.
  private static func some(_ random: inout SplitMix64) -> [Rule] {
    while true {
      let texts = (0..<Int.random(in: 2...8, using: &random)).map { index in
        let bytes = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          UInt8.random(in: 0...1, using: &random).hexadecimal
        }
        let port = ["any", "7", "8"][Int.random(in: 0...2, using: &random)]
        return "name=r\(index),port=\(port),offset=\(Int.random(in: 0...2, using: &random)),bytes=\(bytes.joined())"
      }
      guard let rules = try? texts.rules(), (try? RuleTable(rules)) != nil else { continue }
      return rules
    }
  }
}

extension [String] {
  fileprivate func rules() throws(RuleError) -> [Rule] {
    try map { (text) throws(RuleError) in try Rule(parsing: text) }
  }
}
