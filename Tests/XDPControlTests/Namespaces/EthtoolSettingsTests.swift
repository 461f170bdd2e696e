import Foundation
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

/// Settings read and written, against what `ethtool` prints of them before and after.
///
/// Virtual devices have few: veth channels, features and counters, a tap coalescing. Rings, pause and RSS are those
/// of igb and virtio_net, in the guest (`make test-vm`).
@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct EthtoolSettingsTests {
  /// `Key: value` lines after a heading; the first of a key that comes twice.
  private func fields(_ text: String, after heading: String? = nil) -> [String: String] {
    let part = heading.flatMap { text.components(separatedBy: $0).dropFirst().first } ?? text
    let pairs = part.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return (parts[0].trimmingCharacters(in: .whitespaces), parts[1].trimmingCharacters(in: .whitespaces))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private func veth(queues: Int = 1) throws -> TestNamespace {
    let namespace = try TestNamespace()
    let count = "numrxqueues \(queues) numtxqueues \(queues)"
    try namespace.ip("link add fxa \(count) type veth peer name fxb \(count)")
    return namespace
  }

  @Test func `channels are set as ethtool -l then prints them`() throws {
    let namespace = try veth(queues: 4)
    for counts in [Channels.Counts(receive: 2, transmit: 3), .init(receive: 4, transmit: 1)] {
      try namespace.enter { try Channels.set(counts, of: Interface.find("fxa")) }
      let theirs = fields(try namespace.run("ethtool -l fxa"), after: "Current hardware settings:")
      #expect(theirs["RX"] == "\(counts.receive)" && theirs["TX"] == "\(counts.transmit)")
      #expect(try namespace.enter { try Channels.of(Interface.find("fxa"))?.current } == counts)
    }
  }

  @Test func `more channels than there are: refused in the kernel's words, and nothing changes`() throws {
    let namespace = try veth(queues: 2)
    let error = try #require(throws: NetlinkError.self) {
      try namespace.enter { try Channels.set(.init(receive: 3, transmit: 1), of: Interface.find("fxa")) }
    }
    #expect(error.operation == "ETHTOOL_MSG_CHANNELS_SET fxa" && error.errno == .invalidArgument)
    #expect(error.kernelMessage == "requested channel count exceeds maximum")
    #expect(try namespace.enter { try Channels.of(Interface.find("fxa"))?.current.transmit } == 2)
  }

  @Test func `what is so already isn't asked for, what there isn't is refused`() throws {
    let namespace = try veth()
    // veth has no combined channels, and the kernel refuses the attribute even with 0 in it.
    try namespace.enter { try Channels.set(.init(combined: 0, receive: 1, transmit: 1), of: Interface.find("fxa")) }
    #expect(throws: NetlinkError.self) {
      try namespace.enter { try Channels.set(.init(combined: 1, receive: 1, transmit: 1), of: Interface.find("fxa")) }
    }
  }

  @Test func `features are switched as ethtool -k then prints them`() throws {
    let namespace = try veth()
    func printed() throws -> [String: String] { fields(try namespace.run("ethtool -k fxa")) }
    #expect(try printed()["generic-receive-offload"] == "off")
    for state in [true, false, false] {
      try namespace.enter {
        try DeviceFeatures.set(["rx-gro": state, "tx-checksum-ip-generic": !state], of: Interface.find("fxa"))
      }
      #expect(try printed()["generic-receive-offload"] == (state ? "on" : "off"))
      #expect(try printed()["tx-checksum-ip-generic"] == (state ? "off" : "on"))
    }
  }

  @Test func `a feature that doesn't come is an error that names it, and the others change`() throws {
    let namespace = try veth()
    let error = try #require(throws: DeviceFeaturesError.self) {
      try namespace.enter { try DeviceFeatures.set(["rx-lro": true, "rx-gro": true], of: Interface.find("fxa")) }
    }
    #expect("\(error)" == "ETHTOOL_MSG_FEATURES_SET fxa: rx-lro stays off (fixed by the driver)")
    let now = try namespace.enter { try DeviceFeatures.of(index: Interface.find("fxa").index) }
    #expect(now?.genericReceiveOffload?.isActive == true && now?.largeReceiveOffload?.isActive == false)
  }

  @Test func `a feature that hangs on another says so`() throws {
    let namespace = try veth()
    // Segmentation needs checksums.
    try namespace.run("ethtool -K fxa tx off")
    let error = try #require(throws: DeviceFeaturesError.self) {
      try namespace.enter { try DeviceFeatures.set(["tx-tcp-segmentation": true], of: Interface.find("fxa")) }
    }
    #expect("\(error)".hasSuffix("tx-tcp-segmentation stays off (another feature holds it)"))
  }

  @Test func `a feature that no kernel has is refused by name`() throws {
    let namespace = try veth()
    let error = try #require(throws: DeviceFeaturesError.self) {
      try namespace.enter { try DeviceFeatures.set(["rx-magic": true], of: Interface.find("fxa")) }
    }
    guard case .kernel(let cause) = error else { Issue.record("\(error)"); return }
    #expect(cause.errno == .notSupportedOnSocket && cause.kernelMessage == "bit name not found")
  }

  @Test func `coalescing of a tap is set as ethtool -c then prints it`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("tuntap add fxt mode tap")
    for frames in [UInt32(7), 0, 64] {
      try namespace.enter { try Coalescing.set(Coalescing(receiveFrames: frames), of: Interface.find("fxt")) }
      let theirs = fields(try namespace.run("ethtool -c fxt"))
      #expect(theirs["rx-frames"] == "\(frames)" && theirs["rx-usecs"] == "n/a")
      #expect(try namespace.enter { try Coalescing.of(Interface.find("fxt")) } == Coalescing(receiveFrames: frames))
    }
    let error = try #require(throws: NetlinkError.self) {
      try namespace.enter { try Coalescing.set(Coalescing(receiveMicroseconds: 5), of: Interface.find("fxt")) }
    }
    #expect(error.errno == .invalidArgument)
    #expect(error.kernelMessage == "cannot modify an unsupported parameter")
  }

  @Test func `a veth has no rings, coalescing, pause frames or RSS, and setting them is refused`() throws {
    let namespace = try veth()
    try namespace.enter {
      let veth = try Interface.find("fxa")
      #expect(try RingSizes.of(veth) == nil)
      #expect(try Coalescing.of(veth) == nil)
      #expect(try PauseSettings.of(veth) == nil)
      #expect(try RSSTable.of(veth) == nil)
      for flow in HashedFlow.allCases { #expect(try HashFields.of(flow, veth) == nil) }
      #expect(throws: NetlinkError("ETHTOOL_MSG_RINGS_SET fxa", .notSupportedOnSocket)) {
        try RingSizes.set(RingSizes(receive: 512, transmit: nil, receiveMaximum: nil, transmitMaximum: nil), of: veth)
      }
      #expect(throws: NetlinkError("ETHTOOL_MSG_PAUSE_SET fxa", .notSupportedOnSocket)) {
        try PauseSettings.set(PauseSettings(isAutonegotiated: false, receive: false, transmit: false), of: veth)
      }
      #expect(throws: NetlinkError("ETHTOOL_MSG_RSS_SET fxa", .notSupportedOnSocket)) {
        try RSSTable.set(RSSTable(queues: [0, 0]), of: veth)
      }
      #expect(throws: NetlinkError("ETHTOOL_SRSSH fxa", .notSupportedOnSocket)) { try RSSTable.reset(of: veth) }
      #expect(throws: SystemCallError("ETHTOOL_SRXFH udp4 fxa", .notSupportedOnSocket)) {
        try HashFields.set(.addressesAndPorts, for: .udp4, of: veth)
      }
    }
  }

  @Test(arguments: [1, 4, 64])
  func `a driver's counters are what ethtool -S prints`(queues: Int) throws {
    let namespace = try veth(queues: queues)
    let theirs = try namespace.run("ethtool -S fxa").split(separator: "\n").dropFirst().map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let ours = try #require(try namespace.enter { try NICStatistic.all(of: Interface.find("fxa")) })
    #expect(ours.count > 8 * queues)
    #expect(ours.map { "\($0.name): \($0.value)" } == theirs)
    #expect(try namespace.enter { try NICStatistic.all(of: Interface.find("lo")) } == nil)
  }

  @Test func `counters of a device whose queues come and go`() throws {
    let namespace = try veth(queues: 64)
    let name = namespace.name
    let stop = Stop()
    let changing = Thread {
      try? NetworkNamespace.enter(named: name)
      while !stop.isSet {
        for count in [64, 1] {
          try? Channels.set(.init(receive: count, transmit: count), of: Interface.find("fxa"))
        }
      }
    }
    changing.start()
    defer { stop.set() }
    var sizes: Set<Int> = []
    var reads = 0
    let end = ContinuousClock.now + .seconds(30)
    while reads < 300 || (sizes.count < 2 && .now < end) {
      reads += 1
      let read = try namespace.enter { () -> [NICStatistic] in
        do {
          return try NICStatistic.all(of: Interface.find("fxa")) ?? []
        } catch let error as SystemCallError where error.errno == .resourceTemporarilyUnavailable {
          return []
        }
      }
      sizes.insert(read.count)
      #expect(read.allSatisfy { !$0.name.isEmpty })
    }
    #expect(sizes.count >= 2)
  }

  @Test func `a link's speed is what ethtool prints`() throws {
    let namespace = try veth()
    #expect(try namespace.run("ethtool fxa").contains("Speed: 10000Mb/s"))
    #expect(try namespace.enter { try Interface.find("fxa").speed() } == 10_000)
    #expect(try namespace.enter { try Interface.find("lo").speed() } == nil)
  }
}

private final class Stop: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  var isSet: Bool { lock.withLock { value } }
  func set() { lock.withLock { value = true } }
}
