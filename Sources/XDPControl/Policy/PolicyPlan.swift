import CReflectorABI
import LinuxSystem
import ReflectorCore
import SystemPackage

/// What has to be written to get from what is in force to what is to be, after every check that can be made before.
struct PolicyPlan {
  let table: RuleTable
  let rules: [reflector_rule]
  /// Of counters that get a new owner.
  let reusedIDs: [UInt32]
  let config: reflector_config
  /// Rules or settings change: the other bank is written.
  let changesBank: Bool
  private let sources: ListChange
  private let destinations: ListChange
  private let addedMACs: [MACAddress]
  private let removedMACs: [MACAddress]

  init(_ new: Instructions, before: PolicyState, _ maps: ReflectorMaps) throws(PolicyError) {
    do {
      table = try RuleTable(new.rules)
    } catch {
      throw .rules(error)
    }
    let networks = try Self.networks(new)
    let allowed = NetworkEntry(configured: .allowed)
    let destinations = Dictionary(new.policy.allowedDestinations.map { ($0, allowed) }, uniquingKeysWith: { $1 })
    let macs = Set(new.policy.deniedMACs)
    try Room(maps).check(networks, destinations, macs, before)
    sources = ListChange(from: before.networks, to: networks)
    self.destinations = ListChange(
      from: Dictionary(uniqueKeysWithValues: before.destinations.map { ($0, allowed) }), to: destinations)
    addedMACs = macs.subtracting(before.macs).sorted()
    removedMACs = before.macs.subtracting(macs).sorted()
    let isSameRules = new.rules == before.rules.map(\.rule) && before.config.seed != 0
    let ids = RuleIDs(new.rules, before: before.rules) { id in
      // Not to be told apart from a used one: the same care is taken.
      (try? maps.ruleCounters.values(id).contains { $0.frames != 0 }) ?? true
    }
    reusedIDs = ids.reused
    rules = zip(new.rules, ids.ids).enumerated().map { position, entry in
      reflector_rule(entry.0, id: entry.1, position: UInt32(position))
    }
    let seed =
      isSameRules
      ? before.config.seed
      : SlotSeed.find(
        ports: Array(table.ports.keys), signatures: rules.map(\.signature))
    guard let seed else { throw .system(SystemCallError("place the rules", .noSpace)) }
    config = reflector_config(
      new, table, seed: seed, hasNetworks: !networks.isEmpty, hasDestinations: !destinations.isEmpty)
    changesBank = !isSameRules || !config.isSame(as: before.config)
  }

  var isEmpty: Bool { !changesBank && sources.isEmpty && destinations.isEmpty && addedMACs.isEmpty && !removes }

  /// Something leaves a list.
  var removes: Bool { !sources.removals.isEmpty || !destinations.removals.isEmpty || !removedMACs.isEmpty }

  func add(_ writer: inout PolicyWriter) throws(SystemCallError) {
    for changes in sources.additions { try writer.sources(changes) }
    for changes in destinations.additions { try writer.destinations(changes) }
    if !addedMACs.isEmpty { try writer.deny(addedMACs) }
  }

  func remove(_ writer: inout PolicyWriter) throws(SystemCallError) {
    if !removedMACs.isEmpty { try writer.undeny(removedMACs) }
    for changes in sources.removals { try writer.sources(changes) }
    for changes in destinations.removals { try writer.destinations(changes) }
  }

  private static func networks(_ new: Instructions) throws(PolicyError) -> [Network: NetworkEntry] {
    var networks = new.interfaceNetworks.mapValues { NetworkEntry(interface: $0) }
    for network in new.policy.allowedSources { networks[network, default: NetworkEntry()].configured = .allowed }
    for network in new.policy.deniedSources {
      guard networks[network]?.configured != .allowed else { throw .allowedAndDenied(network) }
      networks[network, default: NetworkEntry()].configured = .denied
    }
    return networks
  }
}

/// What fits into the lists.
private struct Room {
  private let sources: [Network.Family: Int]
  private let destinations: [Network.Family: Int]
  private let macs: Int

  init(_ maps: ReflectorMaps) throws(PolicyError) {
    do throws(SystemCallError) {
      sources = [.ipv4: try maps.networks4.capacity, .ipv6: try maps.networks6.capacity]
      destinations = [.ipv4: try maps.destinations4.capacity, .ipv6: try maps.destinations6.capacity]
      macs = try maps.deniedMACs.capacity
    } catch {
      throw .system(error)
    }
  }

  func check(
    _ networks: [Network: NetworkEntry], _ targets: [Network: NetworkEntry], _ addresses: Set<MACAddress>,
    _ before: PolicyState
  ) throws(PolicyError) {
    for family in [Network.Family.ipv4, .ipv6] {
      let count = networks.keys.count { $0.family == family }
      let room = sources[family] ?? 0
      guard count <= room else { throw .tooManyNetworks(family, count: count, capacity: room) }
      let both = count + before.networks.keys.count { $0.family == family && networks[$0] == nil }
      guard both <= room else { throw .noRoomForBoth(family, count: both, capacity: room) }
      let aims = targets.keys.count { $0.family == family }
      let space = destinations[family] ?? 0
      guard aims <= space else { throw .tooManyDestinations(family, count: aims, capacity: space) }
      let bothAims = aims + before.destinations.count { $0.family == family && targets[$0] == nil }
      guard bothAims <= space else { throw .noRoomForBoth(family, count: bothAims, capacity: space) }
    }
    guard addresses.count <= macs else { throw .tooManyMACs(count: addresses.count, capacity: macs) }
    let both = addresses.union(before.macs).count
    guard both <= macs else { throw .tooManyMACs(count: both, capacity: macs) }
  }
}
