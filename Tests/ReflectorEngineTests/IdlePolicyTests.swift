import SystemPackage
import Testing

@testable import ReflectorEngine

@Suite struct IdlePolicyTests {
  @Test func idleBlocksForHalfASecondAndThenProbes() {
    var policy = IdlePolicy(spinLimit: 0)
    #expect(policy.rest(after: .idle, now: 0) == IdlePolicy.Rest(looksForFrames: true, milliseconds: 500))
    #expect(policy.probesNext)
    policy.framesArrived()
    #expect(!policy.probesNext)
    #expect(policy.rest(after: .worked, now: 0) == nil)
    #expect(!policy.probesNext)
  }

  @Test func whatIsWaitedForInVainIsWaitedForLonger() {
    var policy = IdlePolicy(spinLimit: 0)
    let completions = (0..<12).map { _ in policy.rest(after: .awaitingCompletions, now: 0)?.milliseconds }
    #expect(completions == [1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500, 500])
    #expect(policy.probesNext, "a device may go away with frames in flight")
    #expect(policy.rest(after: .worked, now: 0) == nil)
    #expect(policy.rest(after: .awaitingCompletions, now: 0)?.milliseconds == 1)
    let stuck = (0..<6).map { _ in policy.rest(after: .stuck, now: 0) }
    #expect(stuck.map { $0?.milliseconds } == [2, 4, 8, 8, 8, 8])
    #expect(stuck.allSatisfy { $0?.looksForFrames == false })
  }

  @Test func whatFramesAreDroppedForIsLookedForOften() {
    var policy = IdlePolicy(spinLimit: 0)
    let rests = (0..<6).map { _ in policy.rest(after: .starved, now: 0) }
    #expect(rests.map { $0?.milliseconds } == [1, 2, 4, 8, 8, 8])
    #expect(rests.allSatisfy { $0?.looksForFrames == true })
    #expect(policy.probesNext, "a device may go away with all frames in flight")
  }

  @Test func aLinkThatIsDownIsTriedTenTimesASecond() {
    for spinLimit in [0, 50_000, Int64.max] {
      var policy = IdlePolicy(spinLimit: spinLimit)
      for turn in [Turn.linkDown, .unbound, .failed(call: "sendto", .invalidArgument)] {
        #expect(policy.rest(after: turn, now: 0) == IdlePolicy.Rest(looksForFrames: false, milliseconds: 100))
      }
      #expect(policy.probesNext)
    }
  }

  @Test func busyPollingDoesNotRest() {
    var policy = IdlePolicy(spinLimit: .max)
    #expect(policy.rest(after: .idle, now: 0) == nil)
    #expect(policy.rest(after: .awaitingCompletions, now: 0) == nil)
    #expect(policy.rest(after: .starved, now: 0) == nil && !policy.probesNext)
    #expect(policy.rest(after: .stuck, now: 0) == nil)
  }

  @Test func framesThatComeOftenAreLookedForBeforeAnyRest() {
    var policy = IdlePolicy(spinLimit: 50_000)
    #expect(policy.rest(after: .idle, now: 0)?.milliseconds == 500, "nothing is known of the next frame yet")
    #expect(policy.rest(after: .worked, now: 30_000) == nil)
    #expect(policy.rest(after: .idle, now: 40_000) == nil)
    #expect(policy.rest(after: .awaitingCompletions, now: 89_999) == nil)
    #expect(!policy.probesNext)
    #expect(policy.rest(after: .idle, now: 90_000)?.milliseconds == 500)
    #expect(policy.probesNext)
  }

  @Test func framesThatTheKernelDoesNotTakeAreNotSpunFor() {
    var policy = IdlePolicy(spinLimit: 50_000)
    _ = policy.rest(after: .idle, now: 0)
    _ = policy.rest(after: .worked, now: 1)
    #expect(policy.rest(after: .stuck, now: 2)?.milliseconds == 1)
    #expect(policy.rest(after: .starved, now: 3)?.milliseconds == 2)
  }
}
