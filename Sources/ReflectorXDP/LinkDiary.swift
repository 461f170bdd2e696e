import XDPControl

/// What was last known of a reflector's interface, to tell a change from an event that changes nothing: the kernel
/// sends those too, for a flag, a counter, another program.
struct LinkDiary {
  /// What the operator should hear.
  enum Entry: Hashable {
    case state(isUp: Bool, hasCarrier: Bool, mtu: UInt32)
    case name(String)
    case warning(String)
  }

  private(set) var name: String
  private var isUp: Bool
  private var hasCarrier: Bool
  private var mtu: UInt32
  private var queues: Int
  private let chunkSize: Int

  /// - Parameter queues: RX queues in use, when the sockets were bound.
  init(_ interface: Interface, queues: Int, chunkSize: Int) {
    self.init(
      name: interface.name, isUp: interface.isUp, hasCarrier: interface.hasCarrier, mtu: interface.mtu, queues: queues,
      chunkSize: chunkSize)
  }

  init(name: String, isUp: Bool, hasCarrier: Bool, mtu: UInt32, queues: Int, chunkSize: Int) {
    self.name = name
    self.isUp = isUp
    self.hasCarrier = hasCarrier
    self.mtu = mtu
    self.queues = queues
    self.chunkSize = chunkSize
  }

  /// - Parameter mtu: nil where the event doesn't tell.
  mutating func note(isUp: Bool, hasCarrier: Bool, mtu: UInt32?) -> [Entry] {
    let mtu = mtu ?? self.mtu
    guard (isUp, hasCarrier, mtu) != (self.isUp, self.hasCarrier, self.mtu) else { return [] }
    let warning = mtu == self.mtu ? nil : HostFacts.warning(mtu: mtu, chunkSize: chunkSize)
    (self.isUp, self.hasCarrier, self.mtu) = (isUp, hasCarrier, mtu)
    return [.state(isUp: isUp, hasCarrier: hasCarrier, mtu: mtu)] + (warning.map { [.warning($0)] } ?? [])
  }

  mutating func note(name: String) -> [Entry] {
    guard name != self.name else { return [] }
    self.name = name
    return [.name(name)]
  }

  /// New queues have no socket; on a veth they don't even have the program (seen on 6.18).
  mutating func note(queues: Int) -> [Entry] {
    defer { self.queues = queues }
    guard queues > self.queues else { return [] }
    return [
      .warning(
        "\(name) has \(queues) RX queues now: frames on those that are new go to the host's stack until it is attached "
          + "again")
    ]
  }
}
