import CReflectorABI
import Glibc
import ReflectorCore
import Testing

@Suite(
  "The XDP programs and their Swift twins",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct AgreementTests {
  /// Of this run: another one each time, or the one in REFLECTOR_TEST_SEED to see a failure again.
  private static let seed: UInt64 =
    getenv("REFLECTOR_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)

  /// At least so many frames altogether; REFLECTOR_TEST_FRAMES asks for more, as a soak run does.
  private static let frames = max(200_000, getenv("REFLECTOR_TEST_FRAMES").flatMap { Int(String(cString: $0)) } ?? 0)
  /// And of each way out.
  private static let framesOfEachOutcome: UInt64 = 50

  @Test("agree on every frame: action, reason, rule, counters and bytes, in both datapaths and all modes")
  func agree() throws {
    print("seed \(Self.seed): repeat with REFLECTOR_TEST_SEED=\(Self.seed)")
    let tables = try TestTable.all(seed: Self.seed)
    // On a queue that goes back and, for a tenth of the frames, on one that doesn't.
    let share = Self.frames / tables.count + 1
    var outcomes = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
    for (index, table) in tables.enumerated() {
      let runs: [(LoadedProgram.Datapath, isOpen: Bool, count: Int)] = [
        (.xsk, true, share * 9 / 20 + 1), (.xsk, false, share / 20 + 1), (.kernel(.mac), true, share * 3 / 20 + 1),
        (.kernel(.macIP), true, share * 3 / 20 + 1), (.kernel(.all), true, share * 2 / 20 + 1),
        (.kernel(.all), false, share / 20 + 1), (.split, true, share * 2 / 20 + 1), (.split, false, share / 20 + 1),
      ]
      for (number, run) in runs.enumerated() {
        let seed = Self.seed &+ UInt64(runs.count * index + number)
        let seen = try compare(table, run.0, isOpen: run.isOpen, count: run.count, seed: seed)
        for (outcome, count) in seen.enumerated() { outcomes[outcome] += count }
      }
    }
    #expect(outcomes[Int(REFLECTOR_SEEN.rawValue)] >= Self.frames)
    for outcome in outcomes.indices where outcome < 4 || PassReason(rawValue: UInt32(outcome)) != nil {
      #expect(outcomes[outcome] >= Self.framesOfEachOutcome, "outcome \(outcome) is too rare: \(outcomes)")
    }
  }

  /// Runs `count` frames, stops at the tenth disagreement, and answers how often each outcome appeared.
  private func compare(
    _ table: TestTable, _ datapath: LoadedProgram.Datapath, isOpen: Bool, count: Int, seed: UInt64
  ) throws -> [UInt64] {
    var comparison = try Comparison(table.classifier, datapath, isOpen: isOpen)
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
        Issue.record("seed \(Self.seed), rules \"\(table.name)\", \(datapath), frame \(done): \(difference)\n\(bytes)")
      }
    }
    let difference = try comparison.ruleCounterDisagreement()
    #expect(difference == nil, "seed \(Self.seed), rules \"\(table.name)\"")
    return comparison.outcomes
  }
}
