import CLinux
import Glibc
import LinuxSystem
import ReflectorHost
import ReflectorXDP
import Testing
import XDPControl

/// The survey of real interfaces: what everybody may read, and a veth in a namespace of its own.
@Suite struct HostSurveyTests {
  @Test func `the loopback has no device, and the host is there`() throws {
    let survey = try HostSurvey.read(interface: "lo", namespace: nil)
    #expect(survey.interface.name == "lo" && survey.requestedName == "lo")
    #expect(survey.driver == .absent && survey.channels == .absent && survey.interrupts == .absent)
    #expect(survey.statistics == .absent && survey.speed == .absent && survey.attachedProgram == .absent)
    #expect(survey.kernel == .value(try #require(KernelRelease.current)))
    #expect(survey.cpus.value?.isEmpty == false)
    #expect(survey.cpus.value?.allSatisfy { $0.siblings.contains($0.index) } == true)
    let allowed = try #require(survey.allowedCPUs.value)
    #expect(Set(allowed).isSubset(of: survey.cpus.value?.map(\.index) ?? []))
    #expect(survey.capabilities.value == Capabilities.current())
    // The same question, put in another way.
    let maps = open("/proc/1/maps", O_RDONLY)
    #expect(survey.seesAllProcesses == (maps >= 0))
    if maps >= 0 { close(maps) }
    #expect(survey.napi.value != nil && survey.features.value?.byName.isEmpty == false)
  }

  @Test func `no such interface is the one failure`() throws {
    let error = try #require(throws: ReflectorError.self) {
      try HostSurvey.read(interface: "nope", namespace: "somewhere")
    }
    #expect(error.what == "no interface nope in the network namespace somewhere")
  }

  private static let canMakeNamespaces =
    Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) } ?? false

  @Test(.enabled(if: canMakeNamespaces, "makes a network namespace: needs CAP_SYS_ADMIN and CAP_NET_ADMIN"))
  func `a veth, by its altname, in a namespace`() throws {
    let survey = try inNamespace {
      try VethPair.create(VethEnd("hsa", queues: 3), peer: VethEnd("hsb", queues: 3))
      let index = try Interface.find("hsa").index
      try LinkSettings.setUp(index: index)
      try LinkSettings.setUp(index: Interface.find("hsb").index)
      return try HostSurvey.read(interface: "hsa", namespace: "x")
    }
    #expect(survey.interface.hasCarrier && survey.namespace == "x")
    #expect(survey.driver.value?.name == "veth")
    #expect(survey.channels.value?.current == Channels.Counts(receive: 3, transmit: 3))
    #expect(survey.receiveQueues.value?.inUse == 3 && survey.transmitQueues == .value(3))
    #expect(survey.rings == .absent && survey.coalescing == .absent && survey.rss == .absent)
    #expect(survey.hashFields == [.udp4: .absent, .udp6: .absent] && survey.pause == .absent)
    #expect(survey.peerTransmitChecksum.value?.isActive == true)
    #expect(survey.speed == .value(10_000) && survey.interrupts == .absent)
    #expect(survey.statistics.value?.first?.name == "peer_ifindex")
    // Of this namespace's own sysfs: the host's has no such device.
    #expect(survey.napi == .value(NAPISettings(deferHardIRQs: 0, groFlushTimeout: 0)))
  }

  /// On a thread of its own, in a namespace that goes with it.
  private func inNamespace<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let thread = try PosixThread(name: "survey") {
      outcome.result = Result {
        try check("unshare") { clinux_unshare_network_namespace() }
        return try body()
      }
    }
    thread.join()
    return try #require(outcome.result).get()
  }

  /// Written by the thread before it ends, read after it was joined.
  private final class Outcome<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }
}
