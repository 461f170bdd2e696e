import CReflectorABI
import LinuxSystem
import ReflectorCore

/// Puts entries into the maps and remembers how to take them out again.
struct PolicyWriter {
  private let maps: ReflectorMaps
  private var done: [Step] = []

  enum Step {
    case sources([NetworkChange])
    case destinations([NetworkChange])
    case deny([MACAddress])
    case undeny([MACAddress])
    /// The generation that was left.
    case flip(UInt64)
  }

  init(_ maps: ReflectorMaps) { self.maps = maps }

  mutating func sources(_ changes: [NetworkChange]) throws(SystemCallError) {
    done.append(.sources(changes))
    try Self.write(changes, maps.networks4, maps.networks6)
  }

  mutating func destinations(_ changes: [NetworkChange]) throws(SystemCallError) {
    done.append(.destinations(changes))
    try Self.write(changes, maps.destinations4, maps.destinations6)
  }

  mutating func deny(_ macs: [MACAddress]) throws(SystemCallError) {
    done.append(.deny(macs))
    try maps.deniedMACs.update(macs.map(reflector_mac_key.init), macs.map { _ in 1 })
  }

  mutating func undeny(_ macs: [MACAddress]) throws(SystemCallError) {
    done.append(.undeny(macs))
    try maps.deniedMACs.remove(macs.map(reflector_mac_key.init))
  }

  /// Puts a generation into force.
  mutating func flip(from number: UInt64, to next: UInt64) throws(SystemCallError) {
    try maps.generation.update(0, reflector_generation(number: next))
    done.append(.flip(number))
  }

  /// Takes back what was done, the last first. What the kernel refuses now, too, stays as it is.
  func undo() {
    for step in done.reversed() {
      switch step {
      case .sources(let changes): try? Self.write(changes.map(\.reversed), maps.networks4, maps.networks6)
      case .destinations(let changes): try? Self.write(changes.map(\.reversed), maps.destinations4, maps.destinations6)
      case .deny(let macs): try? maps.deniedMACs.remove(macs.map(reflector_mac_key.init))
      case .undeny(let macs): try? maps.deniedMACs.update(macs.map(reflector_mac_key.init), macs.map { _ in 1 })
      case .flip(let number):
        // The bank that was left is still whole. A number that nothing was looked up under.
        try? maps.generation.update(0, reflector_generation(number: number &+ 4))
      }
    }
  }

  private static func write(
    _ changes: [NetworkChange], _ ipv4: BPFMap<reflector_network4_key, reflector_network>,
    _ ipv6: BPFMap<reflector_network6_key, reflector_network>
  ) throws(SystemCallError) {
    try write(changes.filter { $0.network.family == .ipv4 }, ipv4, reflector_network4_key.init)
    try write(changes.filter { $0.network.family == .ipv6 }, ipv6, reflector_network6_key.init)
  }

  private static func write<Key>(
    _ changes: [NetworkChange], _ map: BPFMap<Key, reflector_network>, _ key: (Network) -> Key
  ) throws(SystemCallError) {
    let set = changes.filter { !$0.after.isEmpty }
    try map.update(set.map { key($0.network) }, set.map { reflector_network($0.after) })
    try map.remove(changes.filter { $0.after.isEmpty }.map { key($0.network) })
  }
}
