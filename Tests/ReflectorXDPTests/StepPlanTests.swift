import AFXDP
import Testing
import XDPControl

@testable import ReflectorXDP

struct StepPlanTests {
  @Test func `auto goes from the best to what always works`() {
    #expect(
      StepPlan.steps(for: .auto) == [
        Step(attach: .native, binds: [.zeroCopy, .copy]), Step(attach: .generic, binds: [.copy]),
      ])
  }

  @Test(arguments: [Configuration.Mode.zeroCopy, .copy, .generic])
  func `a named mode is had or is an error`(mode: Configuration.Mode) {
    #expect(StepPlan.steps(for: mode).count == 1)
    #expect(StepPlan.steps(for: mode)[0].binds.count == 1)
  }

  @Test(arguments: [
    ("ERANGE (Peer MTU is too large to set XDP)", true), ("EINVAL (MTU too large to enable XDP)", true),
    ("EINVAL (igb: The RX buffer size is too small for the frame size)", true),
    ("EOPNOTSUPP (Underlying driver does not support XDP in native mode)", false),
  ])
  func `a refusal for the MTU is known, whatever the driver calls it`(reason: String, isAboutMTU: Bool) {
    #expect(Refusal(attempt: "attach native", reason: reason).isAboutMTU == isAboutMTU)
  }

  /// Some drivers grant it and then never send.
  @Test(arguments: Configuration.Mode.allCases)
  func `no plan binds zero-copy under a generic program`(mode: Configuration.Mode) {
    for step in StepPlan.steps(for: mode) where step.attach == .generic { #expect(step.binds == [.copy]) }
  }
}
