import LinuxSystem

/// Which queues get a socket, and on which CPU each one's worker runs.
struct QueueSelection: Hashable, Sendable {
  struct Assignment: Hashable, Sendable {
    let queue: Int
    let cpu: Int?
  }

  let assignments: [Assignment]
  /// RX queues in use on the interface.
  let available: Int
  /// Queues left to the host's stack though none was named: what is received there can't be sent from there.
  let mute: [Int]

  var queues: [Int] { assignments.map(\.queue) }
  /// Queues whose frames go to the host's stack.
  var without: [Int] { (0..<available).filter { !queues.contains($0) } }

  /// - Parameters:
  ///   - available: RX queues in use.
  ///   - sendable: TX queues in use; nil where that can't be told, and then each RX queue is taken to have one.
  ///   - wanted: the queues asked for, nil for all.
  ///   - cpus: CPUs to pin to, in turn; empty for no pinning.
  init(available: Int, sendable: Int?, wanted: [Int]?, cpus: [Int], interface: String) throws(ReflectorError) {
    let usable = min(available, sendable ?? available)
    let queues = wanted ?? Array(0..<usable)
    if let missing = queues.first(where: { $0 >= available }) {
      throw .noQueue(missing, of: interface, "RX", available)
    }
    if let missing = queues.first(where: { $0 >= usable }) { throw .noQueue(missing, of: interface, "TX", usable) }
    self.available = available
    mute = wanted == nil ? Array(usable..<available) : []
    assignments = Self.assign(queues, to: cpus)
  }

  /// Each queue's worker gets a CPU: in the order of the queues, and from the start again when there are fewer.
  static func assign(_ queues: [Int], to cpus: [Int]) -> [Assignment] {
    queues.enumerated().map { index, queue in
      Assignment(queue: queue, cpu: cpus.isEmpty ? nil : cpus[index % cpus.count])
    }
  }

  /// What the operator should know of the selection on `interface`; nil if nothing.
  func warning(_ interface: String) -> String? {
    guard !mute.isEmpty else { return nil }
    return "\(interface) has fewer TX than RX queues: test frames on \(mute.count == 1 ? "queue" : "queues") "
      + "\(IndexList(unique: mute)) go to the host's stack (see ethtool -L \(interface))"
  }
}

extension ReflectorError {
  fileprivate static func noQueue(_ queue: Int, of interface: String, _ kind: String, _ count: Int) -> ReflectorError {
    ReflectorError(
      .usage, what: "\(interface) has no \(kind == "RX" ? "" : kind + " ")queue \(queue)",
      why: count == 1
        ? "it has one \(kind) queue, number 0" : "it has \(count) \(kind) queues, 0 to \(count - 1)",
      remedy: "name others with --queues, or leave it out for all; ethtool -L \(interface) changes their number")
  }
}
