/// Who gets an answer, how often, and what becomes of frames that get none: beside the rules, all that the XDP
/// program is told.
public struct Policy: Hashable, Sendable {
  /// What becomes of a test frame that is refused.
  public enum Refused: String, Sendable, CaseIterable {
    /// It is gone. The host's stack doesn't answer it with an ICMP error, either.
    case drop
    /// It goes to the host's stack, as what isn't ours does.
    case pass
  }

  public enum LoopGuard: String, Sendable, CaseIterable {
    case off
    /// A frame that comes 256 times, each within a second of the last, has its hop limit decremented for a while; if
    /// it comes back with less and less, its conversation is held off. Other frames go back as they came.
    case watch
    /// Each frame goes back with a hop limit of one less; one that is used up (1 or 0) gets no answer.
    case hopLimit = "hop-limit"
  }

  /// Sources that are answered. Empty: with an OUI any that has it; without one only ``interface networks``.
  /// ``Network/any`` opens it to the world.
  public var allowedSources: [Network] = []
  /// Sources that aren't. Where several networks of both lists have an address, the longest prefix decides.
  public var deniedSources: [Network] = []
  /// Source MAC addresses that aren't answered: other reflectors, for one.
  public var deniedMACs: [MACAddress] = []
  /// Destination addresses that are answered for; empty: any.
  public var allowedDestinations: [Network] = []
  /// Of each source address.
  public var sourceLimit = RateLimit()
  /// Of all sources together.
  public var totalLimit = RateLimit()
  /// Milliseconds of each limit that may come at once: 20 … 10000.
  public var burst = 50
  public var loopGuard = LoopGuard.watch
  /// Frames a second of one conversation from which on it is held off; nil for no such limit, because one
  /// conversation at line rate is what a tester sends.
  public var stormLimit: UInt64?
  /// Seconds that a conversation is held off after a loop or a storm: 1 … 3600.
  public var holdOff = 10
  public var refused = Refused.drop

  public init() {}
}

/// How much may come, by frames or by bits or both.
public struct RateLimit: Hashable, Sendable {
  /// 1 … 1,000,000,000; nil for no limit.
  public var framesPerSecond: UInt64?
  /// Of the frames from their destination MAC to their last byte, without FCS, preamble and gap: 1,000 …
  /// 1,000,000,000,000; nil for no limit.
  public var bitsPerSecond: UInt64?

  public init(framesPerSecond: UInt64? = nil, bitsPerSecond: UInt64? = nil) {
    self.framesPerSecond = framesPerSecond
    self.bitsPerSecond = bitsPerSecond
  }

  public static let framesRange: ClosedRange<UInt64> = 1...1_000_000_000
  public static let bitsRange: ClosedRange<UInt64> = 1_000...1_000_000_000_000
}
