import ArgumentParser
import ReflectorCore
import ReflectorXDP

/// The options of `attach` that say who gets an answer.
struct AdmissionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Answer only sources in this network; may be given several times.",
      discussion: """
        Without it any source with the OUI gets an answer, and with --any-oui those in the interface's own networks. \
        any: the whole world.
        """,
      valueName: "network"),
    transform: NetworkList.init(argument:))
  var allow: [NetworkList] = []

  @Option(
    help: ArgumentHelp(
      "Don't answer sources in this network, or with this MAC address; may be given several times.",
      discussion: "Where several networks have an address, the longest prefix decides.",
      valueName: "network|mac"),
    transform: DeniedEntry.init(argument:))
  var deny: [DeniedEntry] = []

  @Option(
    help: ArgumentHelp(
      "Answer only for destination addresses in this network; may be given several times.", valueName: "network"),
    transform: NetworkList.init(argument:))
  var allowDestination: [NetworkList] = []

  @OptionGroup var limits: LimitOptions

  @Option(
    help: ArgumentHelp(
      "Conversations that are kept: 1024 to 16777216, or 0 for none. (default: 1048576)", valueName: "number"))
  var flows: Int?

  func apply(to configuration: inout Configuration) {
    configuration.policy.allowedSources = allow.flatMap(\.networks)
    configuration.policy.deniedSources = deny.flatMap(\.networks)
    configuration.policy.deniedMACs = deny.compactMap(\.mac)
    configuration.policy.allowedDestinations = allowDestination.flatMap(\.networks)
    limits.apply(to: &configuration.policy)
    if let flows { configuration.flows = flows }
  }
}

/// How often who is allowed gets an answer: options of `attach`, and of `limits` for one that runs.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Frames a second of each source address, such as 500k; none for any.", valueName: "rate"),
    transform: RateArgument.init(argument:))
  var sourceRate: RateArgument?

  @Option(
    help: ArgumentHelp("Bits a second of each source address, such as 1G; none for any.", valueName: "rate"),
    transform: RateArgument.init(argument:))
  var sourceBits: RateArgument?

  @Option(
    help: ArgumentHelp("Frames a second of all sources together; none for any.", valueName: "rate"),
    transform: RateArgument.init(argument:))
  var totalRate: RateArgument?

  @Option(
    help: ArgumentHelp("Bits a second of all sources together; none for any.", valueName: "rate"),
    transform: RateArgument.init(argument:))
  var totalBits: RateArgument?

  @Option(
    help: ArgumentHelp(
      "How much of each rate may come at once: that of 20 to 10000 ms. (default: 50)", valueName: "milliseconds"))
  var burst: Int?

  @Option(
    help: ArgumentHelp(
      "What is done about frames that go round: off, watch or hop-limit. (default: watch)",
      discussion: """
        watch: a conversation whose frames come again and again, each time with a lower hop limit, is held off. \
        hop-limit: each frame goes back with a hop limit of one less, as from a router.
        """,
      valueName: "guard"))
  var loopGuard: Policy.LoopGuard?

  @Option(
    help: ArgumentHelp(
      "Hold a conversation off that has more frames a second; none for any. (default: none)", valueName: "rate"),
    transform: RateArgument.init(argument:))
  var storm: RateArgument?

  @Option(
    help: ArgumentHelp(
      "How long a conversation is held off after a loop or a storm, 1 to 3600. (default: 10)", valueName: "seconds"))
  var holdOff: Int?

  @Option(
    help: ArgumentHelp(
      "What becomes of test frames that get no answer: drop, or pass them to the host's stack. (default: drop)",
      valueName: "way"))
  var refused: Policy.Refused?

  func apply(to policy: inout Policy) {
    if let sourceRate { policy.sourceLimit.framesPerSecond = sourceRate.value }
    if let sourceBits { policy.sourceLimit.bitsPerSecond = sourceBits.value }
    if let totalRate { policy.totalLimit.framesPerSecond = totalRate.value }
    if let totalBits { policy.totalLimit.bitsPerSecond = totalBits.value }
    if let burst { policy.burst = burst }
    if let loopGuard { policy.loopGuard = loopGuard }
    if let storm { policy.stormLimit = storm.value }
    if let holdOff { policy.holdOff = holdOff }
    if let refused { policy.refused = refused }
  }

  /// Something is to be changed.
  var isGiven: Bool {
    [sourceRate, sourceBits, totalRate, totalBits, storm].contains { $0 != nil } || burst != nil || loopGuard != nil
      || holdOff != nil || refused != nil
  }
}

/// `500k`, `2.5M`, `1G`, or `none`.
struct RateArgument: Hashable {
  /// Nil for no limit.
  let value: UInt64?

  init(argument: String) throws {
    guard argument != "none" else {
      value = nil
      return
    }
    guard let rate = Rate.parse(argument) else {
      throw ValidationError("'\(argument)' is no rate; a number is allowed, with k, M or G after it, or none")
    }
    value = rate
  }
}

/// A network, or `any` for those of both families.
struct NetworkList: Hashable {
  let networks: [Network]

  init(argument: String) throws {
    guard argument != "any" else {
      networks = Network.any
      return
    }
    do {
      networks = [try Network(parsing: argument)]
    } catch {
      throw ValidationError("\(error)")
    }
  }
}

/// A network or a MAC address.
struct DeniedEntry: Hashable {
  let networks: [Network]
  let mac: MACAddress?

  init(argument: String) throws {
    mac = MACAddress(argument)
    networks = mac == nil ? try NetworkList(argument: argument).networks : []
    if mac?.isMulticast == true {
      throw ValidationError("'\(argument)' is a multicast address; frames from one are never answered anyway")
    }
  }
}

extension Policy.LoopGuard: ExpressibleByArgument {}
extension Policy.Refused: ExpressibleByArgument {}
