import CReflectorABI
import LinuxSystem

/// All maps of one reflector, with their types: the interface between the program, the workers and every
/// command that looks in from outside.
///
/// A value over descriptors that a ``ReflectorObject`` or ``PinnedMaps`` owns.
package struct ReflectorMaps {
  package let config: BPFMap<UInt32, reflector_config>
  package let generation: BPFMap<UInt32, reflector_generation>
  package let address: BPFMap<UInt32, reflector_address>
  package let ports: BPFMap<UInt32, reflector_candidates>
  package let signatures: BPFMap<UInt32, reflector_rule>
  package let networks4: BPFMap<reflector_network4_key, reflector_network>
  package let networks6: BPFMap<reflector_network6_key, reflector_network>
  package let destinations4: BPFMap<reflector_network4_key, reflector_network>
  package let destinations6: BPFMap<reflector_network6_key, reflector_network>
  package let deniedMACs: BPFMap<reflector_mac_key, UInt32>
  package let flows: BPFMap<reflector_flow_key, reflector_flow>
  package let sourceRates: BPFMap<reflector_source_key, reflector_bucket>
  package let totalRate: BPFMap<UInt32, reflector_bucket>
  package let alarms: BPFMap<UInt32, reflector_alarms>
  package let counters: BPFMap<UInt32, reflector_counters>
  package let ruleCounters: BPFMap<UInt32, reflector_rule_counters>
  package let queueCounters: BPFMap<UInt32, reflector_queue_counters>
  package let refusals: BPFMap<UInt32, reflector_refusals>
  package let spread: BPFMap<UInt32, UInt32>
  package let cpuCounters: BPFMap<UInt32, reflector_cpu_counters>
  package let xsks: BPFMap<UInt32, UInt32>
  package let session: BPFMap<UInt32, reflector_session>
  package let workers: BPFMap<UInt32, reflector_worker>
  package let xskStatistics: BPFMap<UInt32, reflector_xsk_statistics>

  /// The CPUMAP, which isn't pinned: nil for a reader.
  package let cpus: BPFMap<UInt32, reflector_cpu>?

  /// - Parameters:
  ///   - cpus: the CPUMAP's descriptor, where it can be had.
  ///   - descriptor: answers the open descriptor of a map.
  package init(
    cpus: CInt? = nil, descriptor: (MapName) throws(SystemCallError) -> CInt
  ) throws(SystemCallError) {
    self.cpus = cpus.map { BPFMap(named: Self.cpusName, descriptor: $0) }
    config = BPFMap(.config, descriptor: try descriptor(.config))
    generation = BPFMap(.generation, descriptor: try descriptor(.generation))
    address = BPFMap(.address, descriptor: try descriptor(.address))
    ports = BPFMap(.ports, descriptor: try descriptor(.ports))
    signatures = BPFMap(.signatures, descriptor: try descriptor(.signatures))
    networks4 = BPFMap(.networks4, descriptor: try descriptor(.networks4))
    networks6 = BPFMap(.networks6, descriptor: try descriptor(.networks6))
    destinations4 = BPFMap(.destinations4, descriptor: try descriptor(.destinations4))
    destinations6 = BPFMap(.destinations6, descriptor: try descriptor(.destinations6))
    deniedMACs = BPFMap(.deniedMACs, descriptor: try descriptor(.deniedMACs))
    flows = BPFMap(.flows, descriptor: try descriptor(.flows))
    sourceRates = BPFMap(.sourceRates, descriptor: try descriptor(.sourceRates))
    totalRate = BPFMap(.totalRate, descriptor: try descriptor(.totalRate))
    alarms = BPFMap(.alarms, descriptor: try descriptor(.alarms))
    counters = BPFMap(.counters, descriptor: try descriptor(.counters))
    ruleCounters = BPFMap(.ruleCounters, descriptor: try descriptor(.ruleCounters))
    queueCounters = BPFMap(.queueCounters, descriptor: try descriptor(.queueCounters))
    refusals = BPFMap(.refusals, descriptor: try descriptor(.refusals))
    spread = BPFMap(.spread, descriptor: try descriptor(.spread))
    cpuCounters = BPFMap(.cpuCounters, descriptor: try descriptor(.cpuCounters))
    xsks = BPFMap(.xsks, descriptor: try descriptor(.xsks))
    session = BPFMap(.session, descriptor: try descriptor(.session))
    workers = BPFMap(.workers, descriptor: try descriptor(.workers))
    xskStatistics = BPFMap(.xskStatistics, descriptor: try descriptor(.xskStatistics))
  }

  static let cpusName = "cpus"

  /// Each map's descriptor.
  var descriptors: [(String, CInt)] {
    [
      (config.name, config.descriptor), (generation.name, generation.descriptor), (address.name, address.descriptor),
      (networks4.name, networks4.descriptor), (networks6.name, networks6.descriptor),
      (destinations4.name, destinations4.descriptor), (destinations6.name, destinations6.descriptor),
      (deniedMACs.name, deniedMACs.descriptor), (flows.name, flows.descriptor),
      (sourceRates.name, sourceRates.descriptor), (totalRate.name, totalRate.descriptor),
      (alarms.name, alarms.descriptor), (ports.name, ports.descriptor), (signatures.name, signatures.descriptor),
      (counters.name, counters.descriptor), (ruleCounters.name, ruleCounters.descriptor),
      (queueCounters.name, queueCounters.descriptor), (refusals.name, refusals.descriptor),
      (spread.name, spread.descriptor), (cpuCounters.name, cpuCounters.descriptor),
      (xsks.name, xsks.descriptor), (session.name, session.descriptor), (workers.name, workers.descriptor),
      (xskStatistics.name, xskStatistics.descriptor),
    ] + (cpus.map { [($0.name, $0.descriptor)] } ?? [])
  }
}

extension ReflectorObject {
  /// The maps of this object; they stay valid while it lives.
  package func maps() throws(SystemCallError) -> ReflectorMaps {
    try ReflectorMaps(cpus: try descriptor(ofMap: ReflectorMaps.cpusName)) { (name) throws(SystemCallError) in
      try descriptor(ofMap: name.rawValue)
    }
  }
}
