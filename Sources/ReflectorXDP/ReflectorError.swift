/// What an operator is told when something can't be done: what failed, why, and what to do about it.
///
/// Prints as three lines, in that order.
public struct ReflectorError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sort of failure, with the exit status of a command that ends with it (sysexits.h where that has
  /// one).
  public enum Kind: Int32, Sendable, CaseIterable {
    /// The command line doesn't make sense.
    case usage = 64
    /// The configuration doesn't make sense.
    case configuration = 65
    /// No interface of that name, or it went away.
    case noInterface = 66
    /// The mode that was asked for can't be had here.
    case modeUnavailable = 69
    /// The kernel refused something that should have worked.
    case system = 71
    /// Somebody else has it; later it may work.
    case busy = 75
    /// A capability is missing.
    case noPermission = 77
  }

  public let kind: Kind
  /// What failed, in one line: `bind eth0 queue 3 zero-copy: EBUSY`.
  public let what: String
  /// Why, in one line: `held by pid 812 (suricata)`.
  public let why: String
  /// What to do, in one line: `stop it, or attach with --queues 0-2`.
  public let remedy: String

  public init(_ kind: Kind, what: String, why: String, remedy: String) {
    self.kind = kind
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  public var description: String { "\(what)\n\(why)\n\(remedy)" }
}
