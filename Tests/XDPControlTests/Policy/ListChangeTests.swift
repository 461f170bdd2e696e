import ReflectorCore
import Testing

@testable import XDPControl

/// The order in which lists change, held against what each step of it makes of addresses.
@Suite struct ListChangeTests {
  private typealias List = [Network: NetworkEntry]

  private static func verdict(_ list: List, _ address: IPAddress) -> NetworkVerdict {
    list.filter { $0.key.contains(address) && $0.value.verdict != .none }.max {
      $0.key.prefixLength < $1.key.prefixLength
    }?
    .value.verdict ?? .none
  }

  /// Networks of 0 to 4 bits, so that many overlap, and an address of each of the 16.
  private static func list(_ numbers: inout SystemRandomNumberGenerator) -> List {
    var list: List = [:]
    for _ in 0..<Int.random(in: 0...12, using: &numbers) {
      let address = IPv4Address(rawValue: UInt32.random(in: 0..<16, using: &numbers) << 28)
      let network = Network(containing: .v4(address), prefixLength: Int.random(in: 0...4, using: &numbers))
      list[network, default: NetworkEntry()].configured = Bool.random(using: &numbers) ? .allowed : .denied
      if Int.random(in: 0..<4, using: &numbers) == 0 { list[network]?.interface = Bool.random() ? .own : .allowed }
    }
    return list
  }

  @Test func `no address that both lists allow is refused in between`() {
    var numbers = SystemRandomNumberGenerator()
    var checked = 0
    for _ in 0..<300 {
      let (before, after) = (Self.list(&numbers), Self.list(&numbers))
      let (refusesBefore, refusesAfter) = (Bool.random(using: &numbers), Bool.random(using: &numbers))
      let change = ListChange(from: before, to: after)
      for address in (0..<16).map({ IPAddress.v4(IPv4Address(rawValue: UInt32($0) << 28 | 1)) }) {
        func allows(_ list: List, _ refusesOthers: Bool) -> Bool {
          let verdict = Self.verdict(list, address)
          return verdict == .allowed || verdict == .none && !refusesOthers
        }
        guard allows(before, refusesBefore), allows(after, refusesAfter) else { continue }
        var list = before
        func step(_ change: NetworkChange, _ refusesOthers: Bool) {
          list[change.network] = change.after.isEmpty ? nil : change.after
          checked += 1
          #expect(allows(list, refusesOthers), "\(address): from \(before) to \(after), at \(change)")
        }
        for change in change.additions.joined() { step(change, refusesBefore) }
        #expect(allows(list, refusesAfter), "\(address): from \(before) to \(after)")
        for change in change.removals.joined() { step(change, refusesAfter) }
        #expect(list == after)
      }
    }
    #expect(checked > 1000)
  }

  @Test func `equal lists need no change`() {
    let list: List = [Network.any[0]: NetworkEntry(configured: .allowed)]
    #expect(ListChange(from: list, to: list).isEmpty)
  }
}

@Suite struct RuleIDsTests {
  private func rule(_ name: String, port: UInt16 = 7) throws -> Rule {
    try Rule(name: name, port: port, signature: Signature(offset: 0, bytes: Array(name.utf8)))
  }

  @Test func `a rule keeps its id wherever it stands, and another name, port or signature is another rule`() throws {
    let before = [
      PolicyState.RuleEntry(rule: try rule("a"), id: 0), PolicyState.RuleEntry(rule: try rule("b"), id: 1),
    ]
    let ids = RuleIDs([try rule("b"), try rule("c"), try rule("a", port: 8)], before: before) { $0 < 2 }
    #expect(ids.ids == [1, 2, 3])
    #expect(ids.reused.isEmpty)
  }

  @Test func `ids that were used are taken when there are no others, and set back; those of rules that go last`() throws
  {
    let before = [PolicyState.RuleEntry(rule: try rule("a"), id: 5)]
    let ids = RuleIDs(try (0..<64).map { try rule("r\($0)") }, before: before) { $0 < 10 }
    #expect(Set(ids.ids).count == 64)
    #expect(ids.ids.prefix(54) == (10..<64).map { UInt32($0) }[...])
    #expect(ids.ids.last == 5)
    #expect(ids.reused == [0, 1, 2, 3, 4, 6, 7, 8, 9, 5])
  }
}

@Suite struct RateCostTests {
  @Test(arguments: [1, 3, 999, 1000, 14_880, 100_000, 812_743, 1_488_095, 14_880_952, 1_000_000_000] as [UInt64])
  func `a rate that is read and written again stays what it is`(rate: UInt64) throws {
    let cost = RateCost.frame(rate)
    let read = try #require(RateCost.frames(ofCost: cost))
    #expect(RateCost.frame(read) == cost)
    let error = Double(read > rate ? read - rate : rate - read) / Double(rate)
    #expect(error < 0.005, "\(read)")
  }

  @Test(arguments: [1000, 9600, 64_000, 10_000_000, 1_000_000_000, 100_000_000_000, 1_000_000_000_000] as [UInt64])
  func `round rates in bits come back as they were`(rate: UInt64) {
    #expect(RateCost.bits(ofCost: RateCost.byte(rate)) == rate)
  }

  @Test func `a frame, a byte and a burst cost what the program counts in`() {
    #expect(RateCost.frame(1000) == 1_000_000 * 256)
    #expect(RateCost.byte(8) == 1_000_000_000 << 24)
    #expect(RateCost.burst(milliseconds: 50) == 50_000_000 * 256)
    #expect(RateCost.milliseconds(ofBurst: RateCost.burst(milliseconds: 50)) == 50)
    #expect(RateCost.frame(nil) == 0 && RateCost.frames(ofCost: 0) == nil)
  }
}
