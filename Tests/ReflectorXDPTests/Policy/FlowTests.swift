import CReflectorABI
import LinuxSystem
import Logging
import ReflectorCore
import Testing
import XDPControl

@testable import ReflectorXDP

/// Conversations in the kernel's map.
@Suite(.enabled(if: Capabilities.current()?.has(.bpf) == true, "loads the program: needs CAP_BPF"))
struct FlowTests {
  private static func key(_ number: UInt32) -> reflector_flow_key {
    var key = reflector_flow_key()
    withUnsafeMutableBytes(of: &key.source) {
      $0.storeBytes(of: (UInt128(0xffff_0a00_0000) + UInt128(number)).bigEndian, as: UInt128.self)
    }
    withUnsafeMutableBytes(of: &key.destination) {
      $0.storeBytes(of: (UInt128(0x2001_0db8) << 96 + 1).bigEndian, as: UInt128.self)
    }
    key.source_port = UInt16(5000).bigEndian
    key.destination_port = UInt16(3842).bigEndian
    key.vlans = (100, 0)
    return key
  }

  private static func flow(_ number: UInt64, now: UInt64) -> reflector_flow {
    var flow = reflector_flow()
    (flow.frames, flow.bytes) = (number, 1_000_000 - number)
    (flow.first_ns, flow.last_ns) = (now - number * 1_000_000, now)
    (flow.mac, flow.rule) = ((0, 0xc0, 0x17, 0, 0, 1), 2)
    return flow
  }

  @Test func `those with most are told, all are counted`() throws {
    let object = try ReflectorObject(queues: 1, flows: 16_384)
    let maps = try object.maps()
    try maps.install(
      Instructions(rules: RuleSet.ito.rules(), oui: .netAlly, policy: Policy(), keepsFlows: true),
      mac: MACAddress(2, 0, 0, 0, 0, 1))
    let now = MonotonicClock.nanoseconds
    let count: UInt64 = 9000
    let keys = (1...UInt32(count)).map(Self.key)
    try maps.flows.update(keys, (1...count).map { Self.flow($0, now: now) })
    var held = Self.flow(count + 1, now: now)
    (held.state, held.until_ns, held.rule) = (3, now + 60_000_000_000, 40)
    try maps.flows.update(Self.key(0), held)
    let report = try FlowReader(maps, count: 3, order: .frames).read(interface: "eth0")
    #expect(report.conversations == 9001 && report.capacity == 16_384 && report.heldOff == 1)
    #expect(report.frames == (1...count + 1).reduce(0, +))
    #expect(report.flows.map(\.frames) == [9001, 9000, 8999])
    let (first, second) = (report.flows[0], report.flows[1])
    #expect(first.state == "loop" && first.rule == nil && (50...60).contains(first.heldOffS ?? 0))
    #expect(second.state == "watched" && second.rule == "ito.latency" && second.heldOffS == nil)
    #expect(second.source == "10.0.35.40" && second.sourcePort == 5000)
    #expect(second.destination == "2001:db8::1" && second.destinationPort == 3842)
    #expect(second.vlans == [100] && second.mac == "00:c0:17:00:00:01" && second.ageS >= 9)
    #expect(try FlowReader(maps, count: 1, order: .bytes).read(interface: "e").flows.map(\.frames) == [1])
    #expect(try FlowReader(maps, count: 1, order: .age).read(interface: "e").flows.map(\.frames) == [9001])
    #expect(try FlowReader(maps, count: 0, order: .age).read(interface: "e").flows.isEmpty)
  }

  @Test func `the map says what it costs`() throws {
    let object = try ReflectorObject(queues: 1, flows: 65_536)
    let bytes = try #require(MapMemory.bytes(of: try object.maps().flows.descriptor))
    #expect(bytes > 65_536 * UInt64(MemoryLayout<reflector_flow>.size))
  }

  @Test func `a loop is told once, with whom to deny`() throws {
    let object = try ReflectorObject(queues: 1)
    var watch = AlarmWatch(try object.maps(), arguments: "eth0 --netns x", log: Logger(label: "test"))
    var alarms = reflector_alarms()
    #expect(watch.note(alarms, holdOff: 10).isEmpty)
    (alarms.loops, alarms.last, alarms.last_mac, alarms.last_state) = (1, Self.key(1), (0, 0xc0, 0x17, 0, 0, 1), 3)
    let text = try #require(watch.note(alarms, holdOff: 10).first)
    #expect(text.hasPrefix("loop: 10.0.0.1:5000 > [2001:db8::1]:3842 vlan 100 goes round"))
    #expect(text.contains("source MAC 00:c0:17:00:00:01, held off for 10 s;"))
    #expect(text.hasSuffix("reflector-xdp deny add eth0 --netns x 00:c0:17:00:00:01"))
    #expect(watch.note(alarms, holdOff: 10).isEmpty, "it was told")
    (alarms.loops, alarms.storms, alarms.last_state) = (2, 2, 4)
    let storm = try #require(watch.note(alarms, holdOff: 5).first)
    #expect(storm.hasPrefix("storm: ") && storm.contains("held off for 5 s, and 2 more;"))
    alarms.untracked = 3
    #expect(watch.note(alarms, holdOff: 5).count == 1)
    alarms.untracked = 9
    #expect(watch.note(alarms, holdOff: 5).isEmpty, "it goes on with each frame")
  }
}
