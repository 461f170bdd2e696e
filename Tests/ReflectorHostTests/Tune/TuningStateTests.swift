import Testing
import XDPControl

@testable import ReflectorHost

/// Whose value is in force, and what comes next.
struct TuningStateTests {
  private let operatorOfEth0 = TuningOwner(place: "eth0")
  private let first = TuningOwner(place: "eth0", process: ProcessIdentity(pid: 11, startTicks: 1))
  private let second = TuningOwner(place: "eth1", process: ProcessIdentity(pid: 12, startTicks: 2))

  /// The setting `.hugePages` after these claims; 0 pages before.
  private func state(_ claims: [(TuningOwner, Int)]) -> TuningState {
    var state = TuningState()
    var now = 0
    for (owner, pages) in claims {
      state.claim(.hugePages, .pages(pages), was: .pages(now), for: owner)
      now = pages
    }
    return state
  }

  private func claims(_ state: TuningState) -> [TuningState.Claim]? { state[.hugePages]?.claims }

  @Test func `an owner has one claim, the last one's value is in force, and the former value stays`() {
    let state = state([(operatorOfEth0, 1), (first, 2), (operatorOfEth0, 3)])
    #expect(
      claims(state) == [.init(owner: first, value: .pages(2)), .init(owner: operatorOfEth0, value: .pages(3))])
    #expect(state[.hugePages]?.former == .pages(0))
  }

  @Test func `who goes gives way to the last one that stays`() {
    let state = state([(operatorOfEth0, 1), (first, 2), (second, 3)])
    #expect(state.target(of: .hugePages) { $0 == second } == .pages(2))
    #expect(state.target(of: .hugePages) { $0.process != nil } == .pages(1))
    #expect(state.target(of: .hugePages) { _ in true } == .pages(0))
    #expect(state.target(of: .hugePages) { $0.place == "eth2" } == nil)
  }

  @Test func `who joins comes before the one whose value it is`() {
    var state = state([(operatorOfEth0, 1)])
    state.join(.hugePages, for: first)
    state.join(.hugePages, for: first)
    state.join(.pause, for: first)
    #expect(
      claims(state) == [.init(owner: first, value: .pages(1)), .init(owner: operatorOfEth0, value: .pages(1))])
    #expect(state.entries.count == 1)
  }

  @Test func `a dead one's value in force goes on at its place in the order`() {
    var last = state([(second, 1), (first, 2)])
    last.inherit(operatorOfEth0) { $0 == first }
    #expect(
      claims(last) == [.init(owner: second, value: .pages(1)), .init(owner: operatorOfEth0, value: .pages(2))])
    var earlier = state([(first, 1), (second, 2)])
    earlier.inherit(operatorOfEth0) { $0 == first }
    #expect(
      claims(earlier) == [.init(owner: operatorOfEth0, value: .pages(1)), .init(owner: second, value: .pages(2))])
  }

  @Test func `who has a claim already inherits no second one`() {
    var state = state([(operatorOfEth0, 1), (first, 2)])
    state.inherit(operatorOfEth0) { $0 == first }
    #expect(claims(state) == [.init(owner: operatorOfEth0, value: .pages(1))])
  }

  @Test func `a device is the same by index and namespace, whatever its name`() {
    let device = TuningState.Device(name: "eth0", index: 7, namespace: 1)
    #expect(device.isSame(as: .init(name: "lan0", index: 7, namespace: 1)))
    #expect(!device.isSame(as: .init(name: "eth0", index: 7, namespace: 2)))
    #expect(!device.isSame(as: .init(name: "eth0", index: 8, namespace: 1)))
  }
}
