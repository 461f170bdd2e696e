import CReflectorABI
import LinuxSystem

/// All maps of one reflector, with their types: the interface between the program, the workers and every
/// command that looks in from outside.
///
/// A value over descriptors that a ``ReflectorObject`` or ``PinnedMaps`` owns.
package struct ReflectorMaps {
  package let config: BPFMap<UInt32, reflector_config>
  package let ports: BPFMap<UInt32, reflector_candidates>
  package let signatures: BPFMap<UInt32, reflector_rule>
  package let counters: BPFMap<UInt32, reflector_counters>
  package let ruleCounters: BPFMap<UInt32, reflector_rule_counters>
  package let queueCounters: BPFMap<UInt32, reflector_queue_counters>
  package let refusals: BPFMap<UInt32, reflector_refusals>
  package let xsks: BPFMap<UInt32, UInt32>
  package let session: BPFMap<UInt32, reflector_session>
  package let workers: BPFMap<UInt32, reflector_worker>
  package let xskStatistics: BPFMap<UInt32, reflector_xsk_statistics>

  /// - Parameter descriptor: answers the open descriptor of a map.
  package init(descriptor: (MapName) throws(SystemCallError) -> CInt) throws(SystemCallError) {
    config = BPFMap(.config, descriptor: try descriptor(.config))
    ports = BPFMap(.ports, descriptor: try descriptor(.ports))
    signatures = BPFMap(.signatures, descriptor: try descriptor(.signatures))
    counters = BPFMap(.counters, descriptor: try descriptor(.counters))
    ruleCounters = BPFMap(.ruleCounters, descriptor: try descriptor(.ruleCounters))
    queueCounters = BPFMap(.queueCounters, descriptor: try descriptor(.queueCounters))
    refusals = BPFMap(.refusals, descriptor: try descriptor(.refusals))
    xsks = BPFMap(.xsks, descriptor: try descriptor(.xsks))
    session = BPFMap(.session, descriptor: try descriptor(.session))
    workers = BPFMap(.workers, descriptor: try descriptor(.workers))
    xskStatistics = BPFMap(.xskStatistics, descriptor: try descriptor(.xskStatistics))
  }

  /// Each map's descriptor.
  var descriptors: [(MapName, CInt)] {
    [
      (config.name, config.descriptor), (ports.name, ports.descriptor), (signatures.name, signatures.descriptor),
      (counters.name, counters.descriptor), (ruleCounters.name, ruleCounters.descriptor),
      (queueCounters.name, queueCounters.descriptor), (refusals.name, refusals.descriptor),
      (xsks.name, xsks.descriptor), (session.name, session.descriptor), (workers.name, workers.descriptor),
      (xskStatistics.name, xskStatistics.descriptor),
    ]
  }
}

extension ReflectorObject {
  /// The maps of this object; they stay valid while it lives.
  package func maps() throws(SystemCallError) -> ReflectorMaps {
    try ReflectorMaps { (name) throws(SystemCallError) in try descriptor(ofMap: name.rawValue) }
  }
}
