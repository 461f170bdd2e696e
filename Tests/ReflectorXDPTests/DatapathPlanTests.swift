import AFXDP
import LinuxSystem
import ReflectorCore
import Testing
import XDPControl

@testable import ReflectorXDP

struct DatapathPlanTests {
  private static let kernel = DatapathPlan.Attempt(
    program: .kernel(.all),
    steps: [Step(attach: .native, binds: []), Step(attach: .generic, binds: [])])

  private func plan(
    _ datapath: Configuration.Datapath, _ mode: Configuration.Mode = .auto, options: [String] = [],
    claims: Bool? = false, farEnd: Reading<VethFarEnd> = .absent
  ) -> DatapathPlan {
    var configuration = Configuration(interface: "eth0")
    configuration.datapath = datapath
    configuration.mode = mode
    configuration.socketOptions = options
    return DatapathPlan(
      configuration, DatapathPlan.Facts(name: "eth0", claimsZeroCopy: claims, farEnd: farEnd))
  }

  @Test(arguments: Configuration.Mode.allCases)
  func `xsk asks for no facts and says nothing`(mode: Configuration.Mode) {
    var configuration = Configuration(interface: "eth0")
    configuration.mode = mode
    func facts() -> DatapathPlan.Facts {
      Issue.record("asked")
      return DatapathPlan.Facts(name: "", claimsZeroCopy: nil, farEnd: .absent)
    }
    let plan = DatapathPlan(configuration, facts())
    #expect(plan.attempts == [.init(program: .xsk, steps: StepPlan.steps(for: mode))])
    #expect(plan.notices.isEmpty && plan.warnings.isEmpty)
  }

  @Test func `kernel is native, then generic; --mode generic is generic`() {
    #expect(plan(.kernel).attempts == [Self.kernel])
    #expect(
      plan(.kernel, .generic).attempts
        == [.init(program: .kernel(.all), steps: [Step(attach: .generic, binds: [])])])
  }

  @Test(arguments: [Configuration.Datapath.kernel, .auto])
  func `to spread takes the kernel and a native program, and nothing else will do`(datapath: Configuration.Datapath) {
    var configuration = Configuration(interface: "eth0")
    configuration.datapath = datapath
    configuration.spread = 2
    let facts = DatapathPlan.Facts(name: "eth0", claimsZeroCopy: true, farEnd: farEnd(native: false, gro: false))
    let plan = DatapathPlan(configuration, spread: [3, 1], facts)
    #expect(plan.attempts == [.init(program: .spread(.all, over: [3, 1]), steps: [Step(attach: .native, binds: [])])])
    #expect(plan.notices == (datapath == .auto ? ["datapath kernel: --spread asks for it"] : []))
    #expect(plan.warnings.count == 1)
  }

  @Test func `auto takes the kernel where the driver has no zero-copy, and says why`() {
    let plan = plan(.auto)
    #expect(plan.attempts == [Self.kernel])
    #expect(plan.notices == ["datapath kernel: the driver of eth0 has no zero-copy"])
  }

  @Test(arguments: [true, nil])
  func `auto tries zero-copy first where it may be had`(claims: Bool?) {
    let plan = plan(.auto, claims: claims)
    #expect(plan.attempts == [.init(program: .xsk, steps: StepPlan.steps(for: .zeroCopy)), Self.kernel])
  }

  @Test(arguments: [
    (Configuration.Mode.auto, ["--frames"], "--frames"), (.copy, [], "--mode copy"),
    (.zeroCopy, [], "--mode zero-copy"),
    (.generic, ["--cpus", "--batch"], "--cpus"),
  ])
  func `auto takes AF_XDP where something asks for user space`(
    mode: Configuration.Mode, options: [String], named: String
  ) {
    let plan = plan(.auto, mode, options: options)
    #expect(plan.attempts == [.init(program: .xsk, steps: StepPlan.steps(for: mode))])
    #expect(plan.notices == ["datapath xsk: \(named) asks for user space"])
  }

  private func farEnd(native: Bool, gro: Bool) -> Reading<VethFarEnd> {
    let features = DeviceFeatures(byName: ["rx-gro": DeviceFeature(isActive: gro, isChangeable: true)])
    return .value(
      VethFarEnd(
        interface: "tx0", mtu: 1500, hasNativeProgram: native, namespace: "near", features: features))
  }

  @Test func `on a veth auto takes the kernel only where the far end has a native program`() {
    #expect(plan(.auto, farEnd: farEnd(native: true, gro: false)).attempts == [Self.kernel])
    for (gro, fate) in [(true, "would get the frames late"), (false, "would drop the frames")] {
      let plan = plan(.auto, farEnd: farEnd(native: false, gro: gro))
      #expect(plan.attempts.map(\.program) == [.xsk])
      #expect(plan.notices.count == 1 && plan.notices[0].contains(fate), "\(plan.notices)")
    }
    let unknown = plan(.auto, farEnd: .unknown("no name"))
    #expect(unknown.attempts.map(\.program) == [.xsk] && unknown.notices[0].contains("no name"))
  }

  @Test func `who asks for the kernel on such a veth is warned, with the command for the far end`() {
    #expect(plan(.kernel, farEnd: farEnd(native: true, gro: false)).warnings.isEmpty)
    for (gro, fate) in [(true, "come late"), (false, "are dropped")] {
      let warnings = plan(.kernel, farEnd: farEnd(native: false, gro: gro)).warnings
      #expect(warnings.count == 1 && warnings[0].contains(fate), "\(warnings)")
      #expect(warnings[0].contains("ip netns exec near ip link set dev tx0 xdpdrv"))
    }
    // Generic XDP sends the stack's way, which every far end takes.
    #expect(plan(.kernel, .generic, farEnd: farEnd(native: false, gro: false)).warnings.isEmpty)
  }
}
