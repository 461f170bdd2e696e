import Foundation
import TestSupport

/// The guest's NICs, by their names there (scripts/vm/nics).
enum GuestNIC: String, CaseIterable {
  case igb0
  case igb1
  case virtio0
  case virtioWithoutIOMMU = "virtio-noiommu"
  case virtioWithoutReset = "virtio-noreset"
  case e1000e0
  case vmxnet0

  var name: String { rawValue }
  private var number: Int { 1 + (Self.allCases.firstIndex(of: self) ?? 0) }
  var isIGB: Bool { self == .igb0 || self == .igb1 }

  /// The interface at its other end, outside the guest.
  var tap: String { "tap\(number)" }
  var tester: Station {
    Station(mac: "00:c0:17:00:00:0\(number)", ipv4: "198.18.\(number).1", ipv6: "fd00:18:\(number)::1")
  }
  var reflector: Station {
    Station(mac: "52:54:00:00:00:0\(number)", ipv4: "198.18.\(number).2", ipv6: "fd00:18:\(number)::2")
  }

  /// Makes and checks frames at the other end.
  func agent(_ guest: Guest) throws -> Agent {
    try Agent.tester(inNamespace: guest.namespace, on: tap, as: tester, against: reflector)
  }

  /// Makes the NIC ready as docs/kernel-and-drivers.md says: so many queues, tags not stripped and not filtered, RSS
  /// over UDP ports, spread over all queues.
  func prepare(_ guest: Guest, queues: Int? = nil) throws {
    if let queues, try channels(guest) != queues { try guest.runChecked("ethtool -L \(name) combined \(queues)") }
    if isIGB {
      try guest.runChecked(
        """
        ethtool -K \(name) rxvlan off && ip link set \(name) promisc on &&
        ethtool -N \(name) rx-flow-hash udp4 sdfn && ethtool -N \(name) rx-flow-hash udp6 sdfn &&
        ethtool -X \(name) default
        """)
    }
    try waitForCarrier(guest)
  }

  /// Combined channels in use.
  func channels(_ guest: Guest) throws -> Int {
    let text = try guest.runChecked("ethtool -l \(name)")
    let current = text.split(separator: "\n").last { $0.hasPrefix("Combined:") }
    guard let count = current.flatMap({ $0.split(whereSeparator: \.isWhitespace).last }).flatMap({ Int($0) }) else {
      throw TestFailure("ethtool -l \(name) printed \(text)")
    }
    return count
  }

  func waitForCarrier(_ guest: Guest) throws {
    try guest.runChecked(
      "until ip link show dev \(name) | grep -q LOWER_UP; do sleep 0.1; done", seconds: 30)
  }

  /// The mode of the XDP program on it: `xdp` (native), `xdpgeneric`; nil without one. What ip says.
  func program(_ guest: Guest) throws -> String? {
    let text = try guest.runChecked("ip link show dev \(name)")
    return text.split(whereSeparator: \.isWhitespace).map(String.init).first { $0.hasPrefix("xdp") }
  }

  /// The flag `zc` of each socket on it as `ss --xdp -e` has it, by queue.
  func zeroCopyFlags(_ guest: Guest) throws -> [Int: String] {
    let text = try guest.runChecked("ss --xdp -e --no-header")
    var flags: [Int: String] = [:]
    var queue: Int?
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.contains(":q") { queue = word.hasPrefix(name + ":q") ? Int(word.dropFirst(name.count + 2)) : nil }
      if let queue, let found = word.range(of: "zc:") { flags[queue] = String(word[found.upperBound...].prefix(1)) }
    }
    return flags
  }
}
