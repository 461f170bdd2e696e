/// What becomes of a frame.
public enum Verdict: Hashable, Sendable {
  /// It goes back where it came from. `rule` is the index in ``RuleTable/rules`` of the rule that
  /// matched, which is the rule's id in the pinned maps.
  case reflect(rule: Int)
  /// It goes on to the host's stack, untouched.
  case pass(PassReason)
  /// It matched a rule, and policy refuses it: dropped, or on to the host's stack (``Policy/refused``).
  case refuse(Refusal)
}
