import CBPF
import Foundation
import LinuxSystem
import Testing

@testable import XDPControl

@Suite(.enabled(if: TestNamespace.isPossible, "\(TestNamespace.need)"))
struct XDPFactsTests {
  @Test(arguments: [(XDP_FLAGS_DRV_MODE, XDPAttachment.Mode.native, 1), (XDP_FLAGS_SKB_MODE, .generic, 2)])
  func `an attached program's mode and id`(flags: UInt32, mode: XDPAttachment.Mode, number: Int) throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    let attached = try namespace.enter {
      let interface = try Interface.find("fxa")
      try PassProgram.attach(to: interface.index, flags: flags)
      return try Interface.find("fxa").xdp
    }
    let theirs = try #require(Command.json(namespace.ip("-j -d link show fxa"))["xdp"] as? [String: Any])
    let program = try #require(theirs["prog"] as? [String: Any])
    #expect(attached?.mode == mode)
    #expect(theirs["mode"] as? Int == number)
    #expect(attached?.programID.map(Int.init) == program["id"] as? Int)
  }

  @Test func `what veth claims changes with native XDP on its peer`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa type veth peer name fxb")
    let (before, after) = try namespace.enter {
      let interface = try Interface.find("fxa")
      let before = try XDPFeatures.of(interface)
      try PassProgram.attach(to: Interface.find("fxb").index, flags: XDP_FLAGS_DRV_MODE)
      return (before, try XDPFeatures.of(interface))
    }
    // Nil where the kernel is older than 6.3, and then there is nothing to compare.
    if let before, let after {
      #expect(before.actions.isSuperset(of: [.basic, .redirect]))
      #expect(!before.actions.contains(.ndoXmit) && after.actions.contains(.ndoXmit))
      #expect(!before.actions.contains(.xskZeroCopy) && before.zeroCopyMaximumSegments == nil)
    } else {
      #expect(before == nil && after == nil)
    }
  }

  @Test func `the survey of a namespace`() throws {
    let namespace = try TestNamespace()
    try namespace.ip("link add fxa mtu 1400 numrxqueues 4 numtxqueues 4 type veth peer name fxb")
    try namespace.ip("link set fxa up")
    let surveys = try namespace.enter {
      try PassProgram.attach(to: Interface.find("fxa").index, flags: XDP_FLAGS_SKB_MODE)
      return try InterfaceSurvey.all { "program \($0)" }
    }
    #expect(Set(surveys.map(\.interface.name)).isSuperset(of: ["lo", "fxa", "fxb"]))
    let survey = try #require(surveys.first { $0.interface.name == "fxa" })
    #expect(survey.driver?.name == "veth")
    #expect(survey.queues.inUse == 4 && survey.queues.maximum == 4)
    #expect(survey.zeroCopy == (survey.features == nil ? .unknown : .no))
    #expect(survey.nativeXDP == (survey.features == nil ? .unknown : .yes))
    #expect(survey.programName == survey.interface.xdp?.programID.map { "program \($0)" })
    #expect(survey.programName != nil)
    #expect(survey.numaNode == nil)
    // `lo` has no native XDP, and a kernel that knows says so.
    let loopback = try #require(surveys.first { $0.interface.name == "lo" })
    #expect(loopback.nativeXDP == (loopback.features == nil ? .unknown : .no))
    #expect(loopback.driver == nil)
  }

  @Test func `claims are unknown where the kernel is silent`() {
    let zeroCopy = XDPFeatures.Actions.xskZeroCopy
    #expect(InterfaceSurvey.Claim(zeroCopy, in: nil) == .unknown)
  }

  @Test func `AF_XDP and BPF are there for root`() throws {
    // This suite runs with these capabilities only, so neither can be "not permitted".
    #expect(try XDPProbe.bpf() == .present)
    let configured = try Command.run("sh", "-c", "grep -c ' xsk_create$' /proc/kallsyms || true")
    #expect(try XDPProbe.afXDP() == (configured.hasPrefix("0") ? .absent : .present))
  }
}
