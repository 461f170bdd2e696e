import Testing

@testable import ReflectorXDP

struct LinkDiaryTests {
  private var diary = LinkDiary(
    name: "eth0", isUp: true, hasCarrier: true, mtu: 1500, longestFrame: 1792)

  @Test mutating func `an event that changes nothing is no news`() {
    #expect(diary.note(isUp: true, hasCarrier: true, mtu: 1500) == [])
    #expect(diary.note(isUp: true, hasCarrier: true, mtu: nil) == [])
    #expect(diary.note(name: "eth0") == [])
  }

  @Test mutating func `each change is told once`() {
    #expect(
      diary.note(isUp: false, hasCarrier: false, mtu: nil) == [.state(isUp: false, hasCarrier: false, mtu: 1500)])
    #expect(diary.note(isUp: false, hasCarrier: false, mtu: 1500) == [])
    #expect(diary.note(name: "wan") == [.name("wan")])
    #expect(diary.note(name: "wan") == [])
  }

  @Test mutating func `an MTU that comes to be too large for a chunk is warned of`() {
    let entries = diary.note(isUp: true, hasCarrier: true, mtu: 9000)
    #expect(entries.count == 2 && entries.first == .state(isUp: true, hasCarrier: true, mtu: 9000))
    guard case .warning(let text) = entries.last else { return #expect(Bool(false), "\(entries)") }
    #expect(text.contains("9000") && text.contains("1792") && text.contains("attach again"))
    #expect(text.contains("rx_dropped"))
    // Once, not with every change after that.
    #expect(diary.note(isUp: true, hasCarrier: false, mtu: 9000).count == 1)
    #expect(diary.note(isUp: true, hasCarrier: false, mtu: 1500).count == 1)
  }

  @Test func `sockets for frames of several chunks take a larger MTU without a word`() {
    var diary = LinkDiary(name: "eth0", isUp: true, hasCarrier: true, mtu: 4000, longestFrame: 17 * 3840)
    #expect(diary.note(isUp: true, hasCarrier: true, mtu: 9000).count == 1)
    #expect(diary.note(isUp: true, hasCarrier: true, mtu: 65_535).count == 2)
  }
}
