import Testing

@testable import ReflectorXDP

struct LinkDiaryTests {
  private var diary = LinkDiary(
    name: "eth0", isUp: true, hasCarrier: true, mtu: 1500, chunkSize: 2048)

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
    #expect(text.contains("9000") && text.contains("1792"))
    // Once, not with every change after that.
    #expect(diary.note(isUp: true, hasCarrier: false, mtu: 9000).count == 1)
    #expect(diary.note(isUp: true, hasCarrier: false, mtu: 1500).count == 1)
  }
}
