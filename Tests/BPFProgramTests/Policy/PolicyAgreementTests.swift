import CReflectorABI
import Glibc
import ReflectorCore
import Testing

@Suite(
  "The policy of the XDP programs and its Swift twin",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct PolicyAgreementTests {
  private static let seed: UInt64 =
    getenv("REFLECTOR_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)

  /// What a frame alone decides; the rest takes memory of other frames.
  private static let refusals: [Refusal] = [
    .hopLimit, .deniedMAC, .ownIP, .deniedSource, .otherSource, .otherDestination,
  ]

  /// Of each program, 250 frames each; more where REFLECTOR_TEST_FRAMES asks for more frames altogether.
  private static let policies = max(
    40, (getenv("REFLECTOR_TEST_FRAMES").flatMap { Int(String(cString: $0)) } ?? 0) / (250 * datapaths.count))
  private static let datapaths: [(LoadedProgram.Datapath, multiBuffer: Bool)] = [
    (.xsk, false), (.kernel(.mac), false), (.kernel(.all), false), (.split, false), (.xsk, true), (.kernel(.all), true),
    (.split, true),
  ]

  @Test("agree on every frame under generated lists: action, reason, counters and bytes, in all programs")
  func agree() throws {
    print("seed \(Self.seed): repeat with REFLECTOR_TEST_SEED=\(Self.seed)")
    var outcomes = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
    let table = try TestTable.all(seed: Self.seed)[0].classifier
    for (index, datapath) in Self.datapaths.enumerated() {
      let seen = try compare(table, datapath.0, multiBuffer: datapath.multiBuffer, seed: Self.seed &+ UInt64(index))
      for (outcome, count) in seen.enumerated() { outcomes[outcome] += count }
    }
    for refusal in Self.refusals {
      for outcome in [refusal.rawValue, refusal.rawValue + Refusal.dropOffset] {
        #expect(outcomes[Int(outcome)] >= 100, "\(refusal) is too rare: \(outcomes)")
      }
    }
    #expect(outcomes[Int(REFLECTOR_REDIRECTED.rawValue)] >= 1000)
    #expect(outcomes[Int(REFLECTOR_REFLECTED.rawValue)] >= 1000)
    #expect(outcomes[Int(REFLECTOR_SPREAD.rawValue)] >= 1000)
  }

  private func compare(
    _ table: Classifier, _ datapath: LoadedProgram.Datapath, multiBuffer: Bool, seed: UInt64
  ) throws -> [UInt64] {
    var policies = PolicyGenerator(seed: seed)
    var comparison = try Comparison(
      table, datapath, isOpen: true, multiBuffer: multiBuffer, policy: TestPolicy(flows: 4096))
    var generator = FrameGenerator(for: table, seed: seed)
    generator.pool = policies.pool
    for number in 0..<Self.policies {
      var policy = policies.next()
      let oui = policies.oui(&policy, table.oui)
      try comparison.change(to: policy, policy.classifier(of: table, oui: oui))
      for _ in 0..<250 {
        var frame = try generator.next()
        if generator.chance(0.2) { frame.mutate(&generator) }
        guard let difference = try comparison.disagreement(on: frame.bytes) else { continue }
        let bytes = frame.bytes.map(\.hexadecimal).joined()
        Issue.record("seed \(Self.seed), \(datapath), policy \(number): \(difference)\n\(policy)\n\(bytes)")
        return comparison.outcomes
      }
    }
    let difference = try comparison.ruleCounterDisagreement()
    #expect(difference == nil, "seed \(Self.seed), \(datapath)")
    return comparison.outcomes
  }
}
