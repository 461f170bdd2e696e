import SystemPackage
import Testing

@testable import ReflectorEngine

@Suite struct IdlePolicyTests {
  @Test func idleBlocksForHalfASecondAndThenProbes() {
    var policy = IdlePolicy(busyPoll: false)
    #expect(policy.rest(after: .idle) == IdlePolicy.Rest(looksForFrames: true, milliseconds: 500))
    #expect(policy.probesNext)
    policy.framesArrived()
    #expect(!policy.probesNext)
    #expect(policy.rest(after: .worked) == nil)
    #expect(!policy.probesNext)
  }

  @Test func whatIsWaitedForInVainIsWaitedForLonger() {
    var policy = IdlePolicy(busyPoll: false)
    let completions = (0..<12).map { _ in policy.rest(after: .awaitingCompletions)?.milliseconds }
    #expect(completions == [1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500, 500])
    #expect(policy.probesNext, "a device may go away with frames in flight")
    #expect(policy.rest(after: .worked) == nil)
    #expect(policy.rest(after: .awaitingCompletions)?.milliseconds == 1)
    let stuck = (0..<6).map { _ in policy.rest(after: .stuck) }
    #expect(stuck.map { $0?.milliseconds } == [2, 4, 8, 8, 8, 8])
    #expect(stuck.allSatisfy { $0?.looksForFrames == false })
  }

  @Test func whatFramesAreDroppedForIsLookedForOften() {
    var policy = IdlePolicy(busyPoll: false)
    let rests = (0..<6).map { _ in policy.rest(after: .starved) }
    #expect(rests.map { $0?.milliseconds } == [1, 2, 4, 8, 8, 8])
    #expect(rests.allSatisfy { $0?.looksForFrames == true })
    #expect(policy.probesNext, "a device may go away with all frames in flight")
  }

  @Test func aLinkThatIsDownIsTriedTenTimesASecond() {
    for busyPoll in [false, true] {
      var policy = IdlePolicy(busyPoll: busyPoll)
      for turn in [Turn.linkDown, .unbound, .failed(call: "sendto", .invalidArgument)] {
        #expect(policy.rest(after: turn) == IdlePolicy.Rest(looksForFrames: false, milliseconds: 100))
      }
      #expect(policy.probesNext)
    }
  }

  @Test func busyPollingDoesNotRest() {
    var policy = IdlePolicy(busyPoll: true)
    #expect(policy.rest(after: .idle) == nil)
    #expect(policy.rest(after: .awaitingCompletions) == nil)
    #expect(policy.rest(after: .starved) == nil && !policy.probesNext)
    #expect(policy.rest(after: .stuck) == nil)
  }
}
