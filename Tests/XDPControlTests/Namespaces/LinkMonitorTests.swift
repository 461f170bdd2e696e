import Glibc
import LinuxSystem
import Testing

@testable import XDPControl

@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct LinkMonitorTests {
  /// All events until the last is `expected`, or for 15 s: the kernel tells of carriers up to a second late.
  private static func events(_ monitor: inout LinkMonitor, until expected: (LinkEvent) -> Bool) throws -> [LinkEvent] {
    var events: [LinkEvent] = []
    var entry = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
    let deadline = MonotonicClock.nanoseconds + 15_000_000_000
    while MonotonicClock.nanoseconds < deadline {
      _ = poll(&entry, 1, 100)
      while let event = try monitor.next() {
        events.append(event)
        if expected(event) { return events }
      }
    }
    return events
  }

  @Test func `up, carrier, MTU and removal`() throws {
    let namespace = try TestNamespace()
    let (index, idle, last) = try namespace.enter {
      try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb"))
      let (index, peer) = (try Interface.find("fxa").index, try Interface.find("fxb").index)
      var monitor = try LinkMonitor()
      let idle = try monitor.next()
      var last: [LinkEvent?] = []
      func step(until expected: LinkEvent) throws {
        last.append(try Self.events(&monitor) { $0 == expected }.last)
      }
      try LinkSettings.setUp(index: index)
      try step(until: .changed(index: index, isUp: true, hasCarrier: false, mtu: 1500))
      try LinkSettings.setUp(index: peer)
      try step(until: .changed(index: index, isUp: true, hasCarrier: true, mtu: 1500))
      try LinkSettings.setMTU(2000, index: index)
      try step(until: .changed(index: index, isUp: true, hasCarrier: true, mtu: 2000))
      try LinkSettings.setUp(false, index: peer)
      try step(until: .changed(index: index, isUp: true, hasCarrier: false, mtu: 2000))
      try LinkSettings.delete(index: index)
      try step(until: .removed(index: index))
      return (index, idle, last)
    }
    #expect(idle == nil)
    #expect(
      last == [
        .changed(index: index, isUp: true, hasCarrier: false, mtu: 1500),
        .changed(index: index, isUp: true, hasCarrier: true, mtu: 1500),
        .changed(index: index, isUp: true, hasCarrier: true, mtu: 2000),
        .changed(index: index, isUp: true, hasCarrier: false, mtu: 2000),
        .removed(index: index),
      ])
  }

  @Test func `an overflow is told, and what comes later is heard`() throws {
    let namespace = try TestNamespace()
    let (flood, later) = try namespace.enter {
      try VethPair.create(VethEnd("fxa"), peer: VethEnd("fxb"))
      let index = try Interface.find("fxa").index
      var monitor = try LinkMonitor()
      var smallest: CInt = 1
      setsockopt(monitor.fileDescriptor, SOL_SOCKET, SO_RCVBUF, &smallest, 4)
      for mtu in 1000..<1100 { try LinkSettings.setMTU(UInt32(mtu), index: index) }
      let flood = try Self.events(&monitor) { $0 == .overflowed }
      // What was there before the overflow is still to be read.
      while try monitor.next() != nil {}
      try LinkSettings.setMTU(1400, index: index)
      return (flood, try Self.events(&monitor) { _ in true })
    }
    #expect(flood.last == .overflowed)
    #expect(later.count == 1)
    let heard = if case .changed(_, false, false, 1400) = later.first { true } else { false }
    #expect(heard)
  }
}
