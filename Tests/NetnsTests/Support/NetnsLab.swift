import Foundation
import Glibc
import TestSupport

/// One end of the lab's cable: a network namespace with an interface in it.
struct LabEnd {
  let namespace: String
  let interface: String
  let mac: String
  let ipv4: String
  let ipv6: String

  /// A command line that runs in this namespace. (`ip netns exec` mounts a fresh /sys, in which no BPF
  /// file system is visible: not for the reflector, which has `--netns`.)
  func inside(_ arguments: [String]) -> [String] { ["ip", "netns", "exec", namespace] + arguments }

  func sysctl(_ settings: [String]) throws {
    try runChecked(inside(["sysctl", "-qw"] + settings))
  }

  /// The same end by another address.
  func with(mac: String) -> LabEnd {
    LabEnd(namespace: namespace, interface: interface, mac: mac, ipv4: ipv4, ipv6: ipv6)
  }

  /// The same end with its interface by another name.
  func renamed(_ name: String) throws -> LabEnd {
    // An interface that is up may only be renamed since Linux 6.2.
    try setLink("down")
    try setLink("name", name)
    let end = LabEnd(namespace: namespace, interface: name, mac: mac, ipv4: ipv4, ipv6: ipv6)
    try end.setLink("up")
    return end
  }

  func deleteLink() throws {
    try runChecked(["ip", "-n", namespace, "link", "delete", "dev", interface])
  }

  /// RX and TX queues in use.
  func setQueues(_ count: Int) throws {
    try runChecked(inside(setQueuesCommand(count)))
  }

  func setQueues(receive: Int, transmit: Int) throws {
    try runChecked(inside(setQueuesCommand(receive, transmit: transmit)))
  }

  func setQueuesCommand(_ count: Int, transmit: Int? = nil) -> [String] {
    ["ethtool", "-L", interface, "rx", "\(count)", "tx", "\(transmit ?? count)"]
  }

  func setLink(_ settings: String...) throws {
    try runChecked(["ip", "-n", namespace, "link", "set", "dev", interface] + settings)
  }
}

/// Two network namespaces joined by a veth pair, for one test.
struct NetnsLab {
  /// Namespaces of these tests, and of nobody else, have names that start so, followed by the pid.
  static let prefix = "rx-"

  let tester: LabEnd
  let reflector: LabEnd

  /// What a lab may be like.
  struct Shape {
    var queues = 1
    /// Of these, how many are in use at first, at both ends; all if nil.
    var queuesInUse: Int?
    /// TX queues of the reflector's end; as many as RX queues if nil.
    var transmitQueues: Int?
    var interface = "rx0"
    /// Whether the tester's end has a native XDP program, which passes all.
    var receivesXDP = false
    var testerMTU = 1500
    var mtu = 1500
  }

  /// Makes a lab, lets `body` use it, and removes it whatever happens.
  static func with<Result>(_ shape: Shape = Shape(), _ body: (NetnsLab) throws -> Result) throws -> Result {
    let lab = NetnsLab(named: Names.next(), interface: shape.interface)
    defer { lab.remove() }
    try lab.make(shape)
    // The program goes with its process.
    let occupant = shape.receivesXDP ? try Agent(at: lab.tester) : nil
    let hasParts = shape.testerMTU > 3_000
    try occupant?.ask("occupy", ["interface": lab.tester.interface, "native": true, "parts": hasParts])
    return try withExtendedLifetime(occupant) { try body(lab) }
  }

  private init(named name: String, interface: String) {
    // The tester's OUI is NetAlly's, so that the host's own traffic with it looks as much like test
    // frames as it ever could.
    tester = LabEnd(
      namespace: name + "-a", interface: interface, mac: "00:c0:17:00:00:01", ipv4: "192.0.2.1",
      ipv6: "2001:db8::1")
    reflector = LabEnd(
      namespace: name + "-b", interface: interface, mac: "02:00:5e:00:00:02", ipv4: "192.0.2.2",
      ipv6: "2001:db8::2")
  }

  private var ends: [LabEnd] { [tester, reflector] }

  private func make(_ shape: Shape) throws {
    for end in ends {
      try runChecked(["ip", "netns", "add", end.namespace])
      // Neighbour discovery and router solicitations of its own would only blur the counters.
      try end.sysctl([
        "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.router_solicitations=0",
        "net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.mldv1_unsolicited_report_interval=100000",
        "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0",
      ])
    }
    try runChecked(
      ["ip", "link", "add"] + Self.link(tester, queues: shape.queues) + ["type", "veth", "peer"]
        + Self.link(reflector, queues: shape.queues, transmit: shape.transmitQueues))
    try tester.setLink("mtu", "\(shape.testerMTU)")
    try reflector.setLink("mtu", "\(shape.mtu)")
    for end in ends { try Self.configure(end) }
    if let count = shape.queuesInUse {
      // Towards an end with an XDP program a veth can have no more TX queues than that has RX queues.
      try tester.setQueues(receive: shape.receivesXDP ? shape.queues : count, transmit: count)
      try reflector.setQueues(count)
    }
    for end in ends { try end.setLink("up") }
    for end in ends { try waitForCarrier(end) }
  }

  private static func link(_ end: LabEnd, queues: Int, transmit: Int? = nil) -> [String] {
    [
      "name", end.interface, "netns", end.namespace, "address", end.mac, "numrxqueues", "\(queues)", "numtxqueues",
      "\(transmit ?? queues)",
    ]
  }

  private static func configure(_ end: LabEnd) throws {
    // Without this a veth leaves UDP and TCP checksums unfinished.
    try runChecked(end.inside(["ethtool", "-K", end.interface, "tx", "off", "gro", "off"]))
    try runChecked(["ip", "-n", end.namespace, "link", "set", "dev", "lo", "up"])
    try runChecked(["ip", "-n", end.namespace, "address", "add", "\(end.ipv4)/24", "dev", end.interface])
    try runChecked(["ip", "-n", end.namespace, "address", "add", "\(end.ipv6)/64", "dev", end.interface, "nodad"])
  }

  func waitForCarrier(_ end: LabEnd) throws {
    _ = try eventually(within: 15, "\(end.interface) in \(end.namespace) has a carrier") {
      let link = try runChecked(["ip", "-n", end.namespace, "link", "show", "dev", end.interface])
      return link.contains("LOWER_UP") ? true : nil
    }
  }

  private func remove() {
    for end in ends { _ = try? run(["ip", "netns", "delete", end.namespace]) }
  }

  /// Removes what former runs left behind that were killed. Only those whose process is gone.
  static func removeLeftovers() throws {
    for line in try runChecked(["ip", "netns", "list"]).split(separator: "\n") {
      guard let name = line.split(separator: " ").first.map(String.init), name.hasPrefix(prefix) else { continue }
      guard let pid = name.dropFirst(prefix.count).split(separator: "-").first.flatMap({ pid_t($0) }) else { continue }
      if kill(pid, 0) != 0, errno == ESRCH { try removeLeftover(name) }
    }
  }

  /// A reflector that outlived its test keeps the namespace alive without a name. It ends by itself when its
  /// interface goes.
  private static func removeLeftover(_ namespace: String) throws {
    let links = try jsonObject(runChecked(["ip", "-n", namespace, "-json", "link", "show", "type", "veth"]))
    for link in links as? [[String: Any]] ?? [] {
      guard let interface = link["ifname"] as? String else { continue }
      try runChecked(["ip", "-n", namespace, "link", "delete", "dev", interface])
    }
    try runChecked(["ip", "netns", "delete", namespace])
  }
}

/// Names for labs, unique in this run and over all runs.
private enum Names {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var last = 0

  static func next() -> String {
    lock.withLock {
      if last == 0 { try? NetnsLab.removeLeftovers() }
      last += 1
      return NetnsLab.prefix + "\(getpid())-\(last)"
    }
  }
}
