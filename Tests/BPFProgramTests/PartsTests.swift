import CReflectorABI
import Glibc
import ReflectorCore
import Testing

/// Frames in several parts (multi-buffer): the program for them reads the first, and takes the lengths of the whole.
@Suite(
  "The XDP program for frames in several parts",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct PartsTests {
  private static let seed: UInt64 =
    getenv("REFLECTOR_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)

  /// Bytes of what the kernel puts into a first part, at the least: a page less the kernel's own.
  private static let firstPart = 3000

  private static let datapaths: [LoadedProgram.Datapath] = [.xsk, .kernel(.all)]

  @Test("takes frames of more than a page, and counts all their bytes", arguments: datapaths)
  func jumbo(datapath: LoadedProgram.Datapath) throws {
    let table = try RuleTable(RuleSet.allCases.flatMap { $0.rules() })
    let classifier = Classifier(mac: MACAddress(2, 0, 0, 0, 0, 1), oui: nil, table: table)
    var comparison = try Comparison(classifier, datapath, isOpen: true, multiBuffer: true)
    for size in [64, 1514, Self.firstPart, 3822, 4096, 9014, 9018] {
      for network in Self.networks {
        let frame = try Self.frame(size, network, to: classifier.mac)
        #expect(try comparison.disagreement(on: frame) == nil, "\(size) bytes")
      }
    }
    let taken = datapath == .xsk ? REFLECTOR_REDIRECTED : REFLECTOR_REFLECTED
    #expect(comparison.outcomes[Int(taken.rawValue)] == 14)
    #expect(try comparison.ruleCounterDisagreement() == nil)
  }

  @Test("passes a frame whose IP length is more than all parts have", arguments: datapaths)
  func tooLong(datapath: LoadedProgram.Datapath) throws {
    let classifier = Classifier(
      mac: MACAddress(2, 0, 0, 0, 0, 1), oui: nil, table: try RuleTable(RuleSet.ito.rules(port: 3842)))
    var comparison = try Comparison(classifier, datapath, isOpen: true, multiBuffer: true)
    for network in Self.networks {
      let frame = Array(try Self.frame(9014, network, to: classifier.mac).dropLast())
      #expect(try comparison.disagreement(on: frame) == nil)
    }
    #expect(comparison.outcomes[Int(REFLECTOR_PASSED_MALFORMED_IP.rawValue)] == 2)
  }

  @Test(
    "agrees with the Swift classifier wherever the first part ends",
    .enabled(if: Capability.choosesFirstPart, "needs Linux 6.18"), arguments: datapaths)
  func agree(datapath: LoadedProgram.Datapath) throws {
    print("seed \(Self.seed): repeat with REFLECTOR_TEST_SEED=\(Self.seed)")
    var cutShort = 0
    for (index, table) in try TestTable.all(seed: Self.seed).enumerated() {
      var comparison = try Comparison(table.classifier, datapath, isOpen: true, multiBuffer: true)
      var generator = FrameGenerator(for: table.classifier, seed: Self.seed &+ UInt64(index))
      generator.longest = (9018, 0.3)
      for _ in 0..<2000 {
        var frame = try generator.next()
        if generator.chance(0.3) { frame.mutate(&generator) }
        let end = generator.chance(0.8) ? min(frame.payload + 40, frame.bytes.count) : min(3500, frame.bytes.count)
        let firstPart = generator.number(LoadedProgram.shortestFrame...max(end, LoadedProgram.shortestFrame))
        let difference = try comparison.disagreement(on: frame.bytes, firstPart: firstPart)
        let bytes = frame.bytes.map(\.hexadecimal).joined()
        try #require(difference == nil, "seed \(Self.seed), \(table.name), first part \(firstPart): \(bytes)")
        let whole = table.classifier.classify(frame.bytes.span.bytes)
        let parts = table.classifier.classify(frame.bytes.span.bytes, firstPart: firstPart)
        if whole != parts { cutShort += 1 }
      }
      #expect(try comparison.ruleCounterDisagreement() == nil, "seed \(Self.seed), \(table.name)")
    }
    #expect(cutShort > 1000, "hardly any first part ended before it was over")
  }

  private static let networks: [NetworkHeader] = [
    .ipv4(IPv4Header(source: IPv4Address(192, 0, 2, 1), destination: IPv4Address(192, 0, 2, 2))),
    .ipv6(from: IPv6Address(rawValue: 0x2001 << 112 | 1), to: IPv6Address(rawValue: 0x2001 << 112 | 2)),
  ]

  private static func frame(_ size: Int, _ network: NetworkHeader, to mac: MACAddress) throws -> [UInt8] {
    let least = TestFrame.shortestLength(tags: 0, network: network, payload: .ito(.probe))
    return try TestFrame(
      source: MACAddress(0, 0xc0, 0x17, 0, 0, 1), destination: mac, tags: [], network: network, sourcePort: 4000,
      destinationPort: 3842, payload: .ito(.probe), length: max(size, least), seed: 1
    ).bytes
  }
}
