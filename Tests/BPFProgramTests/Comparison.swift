import CBPF
import CReflectorABI
import LinuxSystem
import ReflectorCore

/// One classifier in both languages, fed with the same frames.
struct Comparison: ~Copyable {
  private let classifier: Classifier
  private let program: LoadedProgram
  private let socket: OwnedDescriptor?

  /// What the program's counters must say by now if the two agree.
  private var counters = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
  private var rules: [(frames: UInt64, bytes: UInt64)]

  /// With a socket on the queue what matches is redirected and counted by rule; without one it passes
  /// for that reason.
  ///
  /// - Parameter multiBuffer: the program for frames in several parts.
  init(_ classifier: Classifier, hasSocket: Bool, multiBuffer: Bool = false) throws(SystemCallError) {
    self.classifier = classifier
    let program = try LoadedProgram.load(classifier, multiBuffer: multiBuffer)
    socket = hasSocket ? try program.openSocket() : nil
    self.program = program
    rules = Array(repeating: (0, 0), count: classifier.table.rules.count)
  }

  /// The outcome that the program must count for a verdict, by enum reflector_outcome.
  private func outcome(of verdict: Verdict) -> Int {
    switch verdict {
    case .pass(let reason): Int(reason.rawValue)
    case .reflect: Int(socket == nil ? PassReason.noSocket.rawValue : REFLECTOR_REDIRECTED.rawValue)
    }
  }

  /// Runs both on the frame. Nil if they agree: on the action, the reason, the rule and every counter,
  /// and the frame is untouched. Otherwise what differs.
  ///
  /// - Parameter firstPart: bytes of the frame's first part; nil for a frame in one.
  mutating func disagreement(on frame: [UInt8], firstPart: Int? = nil) throws(SystemCallError) -> String? {
    let verdict = classifier.classify(frame.span.bytes, firstPart: firstPart ?? frame.count)
    let outcome = outcome(of: verdict)
    let answer = try program.run(frame, firstPart: firstPart)
    let before = counters
    counters[Int(REFLECTOR_SEEN.rawValue)] += 1
    counters[outcome] += 1

    let counted = try program.readCounters()
    guard counted == counters else {
      let differing = counted.indices.filter { counted[$0] != before[$0] && $0 != 0 }
      counters = counted
      return "Swift \(verdict) (outcome \(outcome)), program outcomes \(differing)"
    }
    let isRedirected = outcome == Int(REFLECTOR_REDIRECTED.rawValue)
    guard answer.action == (isRedirected ? XDP_REDIRECT : XDP_PASS).rawValue else {
      return "Swift \(verdict), program action \(answer.action)"
    }
    guard answer.frame == frame else { return "the program changed the frame" }
    if isRedirected, case .reflect(let rule) = verdict { return try ruleDisagreement(rule, bytes: frame.count) }
    return nil
  }

  private mutating func ruleDisagreement(_ rule: Int, bytes: Int) throws(SystemCallError) -> String? {
    rules[rule].frames += 1
    rules[rule].bytes += UInt64(bytes)
    let counted = try program.readRule(rule)
    guard counted != rules[rule] else { return nil }
    return "Swift rule \(rule) \(rules[rule]), program \(counted)"
  }

  /// Nil if every rule's counters, all 64, are what they must be: no frame was counted for a rule beside
  /// the right one.
  func ruleCounterDisagreement() throws(SystemCallError) -> String? {
    for id in 0..<RuleTable.maximumRules {
      let expected = rules.indices.contains(id) ? rules[id] : (0, 0)
      let counted = try program.readRule(id)
      if counted != expected { return "rule \(id): counted \(counted), expected \(expected)" }
    }
    return nil
  }

  /// How often each outcome appeared, by enum reflector_outcome.
  var outcomes: [UInt64] { counters }
}
