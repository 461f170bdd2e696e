import CLinux
import Foundation
import LinuxSystem
import ReflectorHost
import ReflectorXDP
import SystemPackage
import Testing
import XDPControl

/// Setting and putting back on a real veth, in a namespace that goes with the test's thread.
@Suite struct LiveHostTests {
  private static let canMakeNamespaces =
    Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) } ?? false

  @Test(.enabled(if: canMakeNamespaces, "makes a network namespace: needs CAP_SYS_ADMIN and CAP_NET_ADMIN"))
  func `each setting that a veth has is set and comes back`() throws {
    try inPair { host, _ in
      let settings: [(Setting, SettingValue)] = [
        (.channels, .channels(.init(receive: 3, transmit: 2))), (.peerChecksum, .isOn(false)),
        (.napi, .napi(NAPISettings(deferHardIRQs: 8, groFlushTimeout: 20_000))), (.feature("rx-gro"), .isOn(true)),
      ]
      for (setting, value) in settings {
        let before = try #require(try host.survey().value(of: setting))
        #expect(!value.isMet(by: before), "\(setting)")
        try host.apply(setting, value)
        #expect(try host.survey().value(of: setting) == value)
        try host.apply(setting, before)
        #expect(try host.survey().value(of: setting) == before)
      }
    }
  }

  @Test(.enabled(if: canMakeNamespaces, "makes a network namespace: needs CAP_SYS_ADMIN and CAP_NET_ADMIN"))
  func `what a veth hasn't is told as that, and a fixed feature in words`() throws {
    try inPair { host, _ in
      let none: [(Setting, SettingValue)] = [
        (.rings, .rings(RingSizes(receive: 512, transmit: 512, receiveMaximum: nil, transmitMaximum: nil))),
        (.coalescing, .coalescing(Coalescing(receiveMicroseconds: 50))),
        (.rssTable, .table(.equal(over: [0], slots: 128))), (.hashFields(.udp4), .hashFields(.addressesAndPorts)),
        (.pause, .pause(PauseSettings(isAutonegotiated: false, receive: false, transmit: false))),
      ]
      for (setting, value) in none {
        let refusal = try #require(throws: SettingRefusal.self) { try host.apply(setting, value) }
        #expect(refusal.isUnsupported && !refusal.isPermission, "\(setting): \(refusal.description)")
      }
      let fixed = try #require(throws: SettingRefusal.self) { try host.apply(.feature("rx-lro"), .isOn(true)) }
      #expect(fixed.words?.contains("rx-lro stays off") == true, "\(fixed.description)")
      let mixed = try #require(throws: SettingRefusal.self) { try host.apply(.napi, .isOn(true)) }
      #expect(mixed.errno == .invalidArgument)
    }
  }

  @Test(.enabled(if: canMakeNamespaces, "makes a network namespace: needs CAP_SYS_ADMIN and CAP_NET_ADMIN"))
  func `busy polling, over what was tuned, goes back to that; and that goes back to what was there`() throws {
    let folder = NSTemporaryDirectory() + "reflector-live-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try inPair { host, interface in
      let own = NAPISettings(deferHardIRQs: 5, groFlushTimeout: 7_000)
      try host.apply(.napi, .napi(own))
      let device = TuningState.Device(name: interface.name, index: interface.index, namespace: 1)
      let tuner = Tuner(host, device: device, place: "lha", folder: folder)
      var request = TuningRequest()
      request.only = [.napi]
      #expect(try tuner.tune(request).rows.map(\.result) == [.set])
      let tuned = try #require(try host.survey().napi.value)
      #expect(tuned != own)
      let polling = try BusyPollHostSettings(interface)
      #expect(try host.survey().napi.value == .busyPolling)
      try polling.restore()
      #expect(try host.survey().napi.value == tuned)
      #expect(try tuner.revert().rows.map(\.result) == [.restored])
      #expect(try host.survey().napi.value == own)
    }
  }

  private func inPair(_ body: @escaping @Sendable (LiveHost, Interface) throws -> Void) throws {
    let outcome = Outcome()
    let thread = try PosixThread(name: "tune") {
      outcome.result = Result {
        try check("unshare") { clinux_unshare_network_namespace() }
        try VethPair.create(VethEnd("lha", queues: 4), peer: VethEnd("lhb", queues: 4))
        let interface = try Interface.find("lha")
        try LinkSettings.setUp(index: interface.index)
        try LinkSettings.setUp(index: Interface.find("lhb").index)
        try body(LiveHost(interface, namespace: nil), interface)
      }
    }
    thread.join()
    try #require(outcome.result).get()
  }

  /// Written by the thread before it ends, read after it was joined.
  private final class Outcome: @unchecked Sendable {
    var result: Result<Void, any Error>?
  }
}
