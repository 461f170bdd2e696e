/// Which of a NIC's queues an interrupt is for.
package struct InterruptQueue: Hashable, Sendable {
  package enum Direction: Hashable, Sendable {
    case receive
    case transmit
    case both
  }

  package let index: Int
  package let direction: Direction

  package init(index: Int, direction: Direction) {
    self.index = index
    self.direction = direction
  }

  /// From its name in /proc/interrupts. Every driver has its own way; nil for those that aren't for a queue (link,
  /// configuration) or don't say for which.
  ///
  /// ```
  /// eth0-TxRx-0  i40e-eth0-TxRx-0  eth0-rx-0  eth0-rxtx-1  eth0:tx-3  ena-Tx-Rx-2@pci:0000:00:05.0
  /// virtio0-input.0  virtio0-output.0  mlx5_comp0@pci:0000:01:00.0  eth0-fp-0  eth0-q0-rx
  /// ```
  package init?(ofInterrupt name: String) {
    // Where the device is: digits of another kind.
    var words = name.prefix { $0 != "@" }.lowercased().split { "-.:".contains($0) }
    guard let last = words.popLast() else { return nil }
    if let direction = Self.directions[last] {
      // Xen: queue first.
      guard let queue = words.last, queue.first == "q", let index = Int(queue.dropFirst()) else { return nil }
      self.init(index: index, direction: direction)
      return
    }
    let digits = last.reversed().prefix { $0.isNumber }.count
    let word = last.dropLast(digits)
    guard let index = Int(last.dropFirst(word.count)) else { return nil }
    let kind = word.isEmpty ? words.popLast().map { $0[...] } : word
    guard let kind, let direction = Self.directions[kind] else { return nil }
    // `Tx-Rx-0`
    let other = words.last.flatMap { Self.directions[$0] }
    // A device's own name in front may be a direction's: only a word that is about a queue counts.
    self.init(index: index, direction: other == nil || other == direction ? direction : .both)
  }

  private static let directions: [Substring: Direction] = [
    "txrx": .both, "rxtx": .both, "fp": .both, "mlx5_comp": .both,
    "rx": .receive, "input": .receive, "tx": .transmit, "output": .transmit,
  ]
}
