import CReflectorABI
import Glibc
import ReflectorCore
import Testing

@Suite(
  "The XDP program and the Swift classifier",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct AgreementTests {
  /// Of this run: another one each time, or the one in REFLECTOR_TEST_SEED to see a failure again.
  private static let seed: UInt64 =
    getenv("REFLECTOR_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)

  /// At least so many frames altogether; REFLECTOR_TEST_FRAMES asks for more, as a soak run does.
  private static let frames = max(200_000, getenv("REFLECTOR_TEST_FRAMES").flatMap { Int(String(cString: $0)) } ?? 0)
  /// And of each way out.
  private static let framesOfEachOutcome: UInt64 = 50

  @Test("agree on every frame: action, reason, rule and counters")
  func agree() throws {
    print("seed \(Self.seed): repeat with REFLECTOR_TEST_SEED=\(Self.seed)")
    let tables = try TestTable.all(seed: Self.seed)
    // With a socket on the queue and, for a tenth of the frames, without.
    let share = Self.frames / tables.count + 1
    var outcomes = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
    for (index, table) in tables.enumerated() {
      for (hasSocket, count) in [(true, share * 9 / 10 + 1), (false, share / 10 + 1)] {
        let seed = Self.seed &+ UInt64(2 * index) &+ (hasSocket ? 0 : 1)
        for (outcome, seen) in try compare(table, hasSocket: hasSocket, count: count, seed: seed).enumerated() {
          outcomes[outcome] += seen
        }
      }
    }
    #expect(outcomes[Int(REFLECTOR_SEEN.rawValue)] >= Self.frames)
    for outcome in outcomes.indices {
      #expect(outcomes[outcome] >= Self.framesOfEachOutcome, "outcome \(outcome) is too rare: \(outcomes)")
    }
  }

  /// Runs `count` frames, stops at the tenth disagreement, and answers how often each outcome appeared.
  private func compare(_ table: TestTable, hasSocket: Bool, count: Int, seed: UInt64) throws -> [UInt64] {
    var comparison = try Comparison(table.classifier, hasSocket: hasSocket)
    var generator = FrameGenerator(for: table.classifier, seed: seed)
    var disagreements = 0
    var done = 0
    while done < count && disagreements < 10 {
      // To make a frame costs more than to spoil it, so each is spoilt in a few ways.
      let base = try generator.next()
      for variant in 0..<8 {
        var frame = base
        if variant > 0 { frame.mutate(&generator) }
        done += 1
        guard let difference = try comparison.disagreement(on: frame.bytes) else { continue }
        disagreements += 1
        let bytes = frame.bytes.map(\.hexadecimal).joined()
        Issue.record("seed \(Self.seed), rules \"\(table.name)\", frame \(done): \(difference)\n\(bytes)")
      }
    }
    let difference = try comparison.ruleCounterDisagreement()
    #expect(difference == nil, "seed \(Self.seed), rules \"\(table.name)\"")
    return comparison.outcomes
  }
}
