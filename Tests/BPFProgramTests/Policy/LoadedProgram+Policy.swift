import CBPF
import CReflectorABI
import Glibc
import LinuxSystem
import ReflectorCore

/// What the program is told of policy, and what it keeps.
extension LoadedProgram {
  /// Puts a policy in the place of the one before, under the next generation of the same bank.
  func write(_ policy: TestPolicy, _ classifier: Classifier) throws(SystemCallError) {
    try clear("networks4", reflector_network4_key())
    try clear("networks6", reflector_network6_key())
    try clear("destinations4", reflector_network4_key())
    try clear("destinations6", reflector_network6_key())
    try clear("denied_macs", reflector_mac_key())
    for (network, value) in policy.sources { try put(network, value, in: "networks") }
    for network in policy.policy.allowedDestinations {
      try put(
        network, reflector_network(configured: REFLECTOR_NETWORK_ALLOWED.rawValue, interface: 0), in: "destinations")
    }
    for mac in policy.policy.deniedMACs { try put(reflector_mac_key(mac), UInt32(1), in: "denied_macs") }
    try put(UInt32(0), config(classifier, policy), in: "config")
    try renewGeneration()
  }

  private func put(_ network: Network, _ value: reflector_network, in maps: String) throws(SystemCallError) {
    switch network.family {
    case .ipv4: try put(network.key4, value, in: maps + "4")
    case .ipv6: try put(network.key6, value, in: maps + "6")
    }
  }

  /// What was known of conversations has to be looked up again.
  func renewGeneration() throws(SystemCallError) {
    let number = try value(UInt32(0), of: "generation", reflector_generation())?.number ?? 0
    try put(UInt32(0), reflector_generation(number: number + 2), in: "generation")
  }

  /// Nil if the map has no such entry.
  func value<Key, Value>(_ key: Key, of map: String, _ empty: Value) throws(SystemCallError) -> Value? {
    let descriptor = descriptor(of: map)
    var value = empty
    let status = withUnsafePointer(to: key) { key in
      withUnsafeMutablePointer(to: &value) { bpf_map_lookup_elem(descriptor, key, $0) }
    }
    if status == -ENOENT { return nil }
    try check("bpf_map_lookup_elem \(map)") { status }
    return value
  }

  /// In no order.
  func keys<Key>(of map: String, _ empty: Key) -> [Key] {
    let descriptor = descriptor(of: map)
    var keys: [Key] = []
    var next = empty
    var status = withUnsafeMutablePointer(to: &next) { bpf_map_get_next_key(descriptor, nil, $0) }
    while status == 0 {
      keys.append(next)
      status = withUnsafePointer(to: keys[keys.count - 1]) { last in
        withUnsafeMutablePointer(to: &next) { bpf_map_get_next_key(descriptor, last, $0) }
      }
    }
    return keys
  }

  func clear<Key>(_ map: String, _ empty: Key) throws(SystemCallError) {
    let descriptor = descriptor(of: map)
    for key in keys(of: map, empty) {
      try check("bpf_map_delete_elem \(map)") {
        withUnsafePointer(to: key) { bpf_map_delete_elem(descriptor, $0) }
      }
    }
  }

  var flows: [reflector_flow_key] { keys(of: "flows", reflector_flow_key()) }

  func flow(_ key: reflector_flow_key) throws(SystemCallError) -> reflector_flow? {
    try value(key, of: "flows", reflector_flow())
  }

  func alarms() throws(SystemCallError) -> reflector_alarms {
    try value(UInt32(0), of: "alarms", reflector_alarms()) ?? reflector_alarms()
  }
}
