/// Why policy refuses a test frame that a rule matched.
///
/// The raw values are those of the passed_* in `enum reflector_outcome`; with ``dropOffset`` more they are those of
/// the dropped_*.
public enum Refusal: UInt32, CaseIterable, Sendable {
  /// Its hop limit is used up: it has been going round.
  case hopLimit = 21
  /// Its source MAC is denied.
  case deniedMAC
  /// Its conversation was found to go round, and is held off.
  case loop
  /// Its conversation was faster than allowed, and is held off.
  case storm
  /// Its source address is the interface's own.
  case ownIP
  /// Its source address is in a denied network.
  case deniedSource
  /// Its source address is in no allowed network.
  case otherSource
  /// Its destination address is in no allowed network.
  case otherDestination
  /// Its source sends more than allowed.
  case sourceRate
  /// All sources together send more than allowed.
  case totalRate

  /// From the value of a reason's `passed_…` to that of its `dropped_…` (REFLECTOR_POLICY_DROPS).
  package static let dropOffset: UInt32 = 13

  /// As in `struct reflector_counters`, without `passed_` or `dropped_`: `denied_source`.
  public var name: String {
    switch self {
    case .hopLimit: "hop_limit"
    case .deniedMAC: "denied_mac"
    case .loop: "loop"
    case .storm: "storm"
    case .ownIP: "own_ip"
    case .deniedSource: "denied_source"
    case .otherSource: "other_source"
    case .otherDestination: "other_destination"
    case .sourceRate: "source_rate"
    case .totalRate: "total_rate"
    }
  }
}
