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
  private let chunkSize: Int?

  /// - Parameter chunkSize: nil where there is no UMEM.
  init(_ interface: Interface, chunkSize: Int?) {
    self.init(
      name: interface.name, isUp: interface.isUp, hasCarrier: interface.hasCarrier, mtu: interface.mtu,
      chunkSize: chunkSize)
  }

  init(name: String, isUp: Bool, hasCarrier: Bool, mtu: UInt32, chunkSize: Int?) {
    self.name = name
    self.isUp = isUp
    self.hasCarrier = hasCarrier
    self.mtu = mtu
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
}
