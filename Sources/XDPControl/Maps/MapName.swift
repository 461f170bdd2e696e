/// The pinned maps, by their names in bpf/maps.h, which are the file names of their pins too.
package enum MapName: String, CaseIterable, Sendable {
  case config
  case generation
  case address
  case ports
  case signatures
  case networks4
  case networks6
  case destinations4
  case destinations6
  case deniedMACs = "denied_macs"
  case flows
  case sourceRates = "source_rates"
  case totalRate = "total_rate"
  case alarms
  case counters
  case ruleCounters = "rule_counters"
  case queueCounters = "queue_counters"
  case refusals
  case spread
  case cpuCounters = "cpu_counters"
  case xsks
  case session
  case workers
  case xskStatistics = "xsk_statistics"
}
