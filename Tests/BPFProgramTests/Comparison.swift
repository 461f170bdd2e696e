import CBPF
import CReflectorABI
import LinuxSystem
import ReflectorCore

/// One classifier in both languages, fed with the same frames, and for the kernel datapath one rewriting.
struct Comparison: ~Copyable {
  private var classifier: Classifier
  private var refused = Policy.Refused.drop
  private let datapath: LoadedProgram.Datapath
  private let isOpen: Bool
  private let program: LoadedProgram
  private let socket: OwnedDescriptor?

  /// What the program's counters must say by now if the two agree.
  private var counters = [UInt64](repeating: 0, count: Int(REFLECTOR_OUTCOMES.rawValue))
  private var rules: [(frames: UInt64, bytes: UInt64)]

  /// With a socket on the queue, or in the kernel datapath on a queue that reflects, what matches goes back and is
  /// counted by rule; else it passes for that reason.
  ///
  /// - Parameter multiBuffer: the program for frames in several parts.
  init(
    _ classifier: Classifier, _ datapath: LoadedProgram.Datapath, isOpen: Bool, multiBuffer: Bool = false,
    policy: TestPolicy? = nil
  ) throws(SystemCallError) {
    self.classifier = classifier
    self.datapath = datapath
    self.isOpen = isOpen
    let program = try LoadedProgram.load(classifier, datapath, multiBuffer: multiBuffer, policy: policy)
    if datapath == .split { try program.openCPU(slots: 0..<(isOpen ? LoadedProgram.slots : 0)) }
    if !isOpen, case .kernel = datapath { try program.closeQueue() }
    socket = isOpen && datapath == .xsk ? try program.openSocket() : nil
    self.program = program
    refused = policy?.policy.refused ?? .drop
    rules = Array(repeating: (0, 0), count: classifier.table.rules.count)
  }

  /// Holds the frames from now on against another policy, in both languages.
  ///
  /// - Parameter classifier: with that policy's gate.
  mutating func change(to policy: TestPolicy, _ classifier: Classifier) throws(SystemCallError) {
    try program.write(policy, classifier)
    self.classifier = classifier
    refused = policy.policy.refused
  }

  /// The outcome that the program must count for a verdict, by enum reflector_outcome.
  private func outcome(of verdict: Verdict) -> Int {
    switch verdict {
    case .reflect: break
    case .pass(let reason): return Int(reason.rawValue)
    case .refuse(let refusal): return Int(refusal.rawValue + (refused == .drop ? Refusal.dropOffset : 0))
    }
    let (reached, passed) =
      switch datapath {
      case .xsk: (REFLECTOR_REDIRECTED, PassReason.noSocket)
      case .split: (REFLECTOR_SPREAD, .noCPU)
      case .kernel, .back: (REFLECTOR_REFLECTED, .otherQueue)
      }
    return Int(isOpen ? reached.rawValue : passed.rawValue)
  }

  /// What a frame must look like afterwards.
  private func expected(_ frame: [UInt8], goesBack: Bool) -> [UInt8]? {
    guard goesBack else { return frame }
    var bytes = classifier.gate.decrementsHopLimit ? frame.withHopLess : frame
    guard case .kernel(let mode) = datapath else { return bytes }
    var words = bytes.mutableSpan
    var span = words.mutableBytes
    return mode.reflect(&span) ? bytes : nil
  }

  /// Runs both on the frame. Nil if they agree: on the action, the reason, the rule, every counter
  /// and the frame's bytes. Otherwise what differs.
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
    var goesBack = false
    if isOpen, case .reflect = verdict { goesBack = true }
    var action = XDP_PASS
    if goesBack { action = if case .kernel = datapath { XDP_TX } else { XDP_REDIRECT } }
    if case .refuse = verdict, refused == .drop { action = XDP_DROP }
    guard answer.action == action.rawValue else { return "Swift \(verdict), program action \(answer.action)" }
    guard answer.frame == expected(frame, goesBack: goesBack) else {
      return "the program made \(answer.frame.map(\.hexadecimal).joined()) of it"
    }
    if goesBack, case .reflect(let rule) = verdict { return try ruleDisagreement(rule, bytes: frame.count) }
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
    let reflected = try program.readQueue()
    let expected = counters[Int(REFLECTOR_REFLECTED.rawValue)] + counters[Int(REFLECTOR_SPREAD.rawValue)]
    return reflected == expected ? nil : "the queue counted \(reflected)"
  }

  /// How often each outcome appeared, by enum reflector_outcome.
  var outcomes: [UInt64] { counters }
}
