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
  /// Bytes of the longest frame that the sockets take, as they were bound; nil without sockets, where any frame is taken.
  private let longestFrame: Int?

  init(_ interface: Interface, longestFrame: Int?) {
    self.init(
      name: interface.name, isUp: interface.isUp, hasCarrier: interface.hasCarrier, mtu: interface.mtu,
      longestFrame: longestFrame)
  }

  init(name: String, isUp: Bool, hasCarrier: Bool, mtu: UInt32, longestFrame: Int?) {
    self.name = name
    self.isUp = isUp
    self.hasCarrier = hasCarrier
    self.mtu = mtu
    self.longestFrame = longestFrame
  }

  /// - Parameter mtu: nil where the event doesn't tell.
  mutating func note(isUp: Bool, hasCarrier: Bool, mtu: UInt32?) -> [Entry] {
    let mtu = mtu ?? self.mtu
    guard (isUp, hasCarrier, mtu) != (self.isUp, self.hasCarrier, self.mtu) else { return [] }
    let warning = mtu == self.mtu ? nil : warning(mtu: mtu)
    (self.isUp, self.hasCarrier, self.mtu) = (isUp, hasCarrier, mtu)
    return [.state(isUp: isUp, hasCarrier: hasCarrier, mtu: mtu)] + (warning.map { [.warning($0)] } ?? [])
  }

  private func warning(mtu: UInt32) -> String? {
    guard let longestFrame, MultiBuffer.isTooLong(mtu: mtu, for: longestFrame) else { return nil }
    return MultiBuffer.text(mtu: mtu, longest: longestFrame) + "; attach again to have them reflected"
  }

  mutating func note(name: String) -> [Entry] {
    guard name != self.name else { return [] }
    self.name = name
    return [.name(name)]
  }
}
