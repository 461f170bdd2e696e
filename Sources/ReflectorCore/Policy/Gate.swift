/// Who gets an answer, by all that a frame alone tells: step 6 without what takes memory of other frames (rates,
/// storms, loops that are watched for).
///
/// The same decision as the XDP program's, in the same order (`bpf/admit.h`, `bpf/networks.h`); a differential test
/// runs generated frames through both.
public struct Gate: Sendable {
  /// What the lists say of a source.
  private enum Sender {
    case allowed
    case denied
    case own
  }

  private var senders = PrefixTable<Sender>()
  private var destinations = PrefixTable<Void>()
  private var deniedMACs: Set<MACAddress> = []
  private var refusesOtherSources = false
  /// Whether a frame has to have a hop left, and goes back with one less.
  public private(set) var decrementsHopLimit = false

  /// Refuses nothing.
  public static let open = Gate()

  private init() {}

  /// - Parameter oui: nil when testers aren't known by their OUI; then those of no network are strangers.
  public init(_ policy: Policy, interface: InterfaceNetworks, oui: OUI?) {
    // Later entries take the place of earlier ones: what is configured wins over what the interface has, and a
    // network that is both allowed and denied is denied.
    if oui == nil { for network in interface.networks { senders[network] = .allowed } }
    for address in interface.addresses { senders[Network(address)] = .own }
    for network in policy.allowedSources { senders[network] = .allowed }
    for network in policy.deniedSources { senders[network] = .denied }
    for network in policy.allowedDestinations { destinations[network] = () }
    deniedMACs = Set(policy.deniedMACs)
    refusesOtherSources = oui == nil || !policy.allowedSources.isEmpty
    decrementsHopLimit = policy.loopGuard == .hopLimit
  }

  /// Why a frame gets no answer; nil if it gets one.
  public func refusal(of frame: Facts) -> Refusal? {
    if deniedMACs.contains(frame.mac) { return .deniedMAC }
    if decrementsHopLimit && frame.hopLimit <= 1 { return .hopLimit }
    switch senders.longestMatch(frame.source) {
    case .allowed: break
    case .denied: return .deniedSource
    case .own: return .ownIP
    case nil: if refusesOtherSources { return .otherSource }
    }
    if !destinations.isEmpty && destinations.longestMatch(frame.destination) == nil { return .otherDestination }
    return nil
  }
}

extension Gate {
  /// What it asks of a frame.
  public struct Facts: Hashable, Sendable {
    /// The source's.
    public let mac: MACAddress
    public let source: IPAddress
    public let destination: IPAddress
    /// IPv4's time to live, or IPv6's hop limit.
    public let hopLimit: UInt8

    public init(mac: MACAddress, source: IPAddress, destination: IPAddress, hopLimit: UInt8) {
      self.mac = mac
      self.source = source
      self.destination = destination
      self.hopLimit = hopLimit
    }
  }
}
