import Glibc
import LinuxSystem
import Logging
import ReflectorCore
import ReflectorXDP
import Testing

@testable import ReflectorLab

private let mayPin =
  Capabilities.current().map { $0.has(.sysAdmin) && $0.has(.netAdmin) && $0.has(.netRaw) && $0.has(.bpf) } ?? false

/// What a running reflector is told, from within and by its pins.
@Suite(.serialized, .enabled(if: mayPin, "attaches and pins: needs CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF"))
struct RunningPolicyTests {
  /// Runs `body` with a reflector, on a thread in its namespace.
  private func withReflector(
    _ datapath: Configuration.Datapath = .xsk, _ body: @escaping @Sendable (Reflector, Configuration) throws -> Void
  ) throws {
    let network = try LabNetwork(queues: 1, mtu: 1500)
    let base = "/sys/fs/bpf/reflector-policy-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let result = try network.reflector.run("policy") { () throws(LabError) -> Result<Void, any Error> in
      Result {
        var configuration = Configuration(interface: LabNetwork.reflectorInterface)
        configuration.mode = datapath == .xsk ? .copy : .auto
        configuration.datapath = datapath
        configuration.pinDirectory = base
        configuration.flows = 4096
        let log = Logger(label: "lab-tests") { _ in SwiftLogNoOpLogHandler() }
        let reflector = try Reflector.attach(configuration, log: log)
        defer { reflector.stop() }
        try body(reflector, configuration)
      }
    }
    try result.get()
  }

  private static func editor(_ configuration: Configuration) throws -> PolicyEditor {
    try PolicyEditor(
      interface: configuration.interface, pinDirectory: configuration.pinDirectory ?? Configuration.defaultPinDirectory)
  }

  @Test(arguments: [Configuration.Datapath.xsk, .kernel])
  func `another configuration is applied as a whole, in words`(datapath: Configuration.Datapath) throws {
    try withReflector(datapath) { reflector, configuration in
      var new = configuration
      #expect(try reflector.apply(new).isEmpty)
      new.rules.removeLast()
      new.policy.deniedSources = [try Network(parsing: "10.0.0.0/8")]
      new.policy.holdOff = 99
      #expect(
        try reflector.apply(new) == ["rule y1564 removed", "deny 10.0.0.0/8 added", "hold-off 99, was 10"])
      let state = try Self.editor(configuration).read()
      #expect(state.rules == new.rules && state.policy == new.policy && state.oui == .netAlly && state.keepsFlows)
      #expect(try reflector.apply(new).isEmpty)
    }
  }

  @Test func `what takes a new attach, or is wrong, changes nothing`() throws {
    try withReflector { reflector, configuration in
      let before = try Self.editor(configuration).read()
      var new = configuration
      new.rules.removeLast()
      new.flows = 0
      let error = #expect(throws: ReflectorError.self) { try reflector.apply(new) }
      #expect(error?.kind == .configuration && error?.what.contains("--flows can't be changed") == true)
      new.flows = configuration.flows
      new.policy.burst = 1
      #expect(throws: ReflectorError.self) { try reflector.apply(new) }
      #expect(try Self.editor(configuration).read() == before)
    }
  }

  @Test func `the pins take changes of others, whole or not at all`() throws {
    try withReflector { reflector, configuration in
      let editor = try Self.editor(configuration)
      let network = try Network(parsing: "192.0.2.0/24")
      let changes = try editor.edit { (state) throws(ReflectorError) in
        try state.allow([network])
        try state.remove(rules: ["ito"])
      }
      #expect(
        changes == ["rule ito.probeot removed", "rule ito.data removed", "rule ito.latency removed"]
          + ["allow 192.0.2.0/24 added"])
      let before = try editor.read()
      #expect(before.answers == "sources with OUI 00:c0:17 in 192.0.2.0/24")
      let error = #expect(throws: ReflectorError.self) {
        try editor.edit { (state) throws(ReflectorError) in
          try state.deny([network], [])
          try state.remove(rules: ["rfc2544"])
        }
      }
      #expect(error?.what == "192.0.2.0/24 is allowed and denied")
      #expect(try editor.read() == before)
      #expect(try reflector.statistics().rules.keys.sorted() == ["rfc2544", "y1564"])
      #expect(
        try Observer(
          interface: configuration.interface, pinDirectory: configuration.pinDirectory ?? ""
        ).flows(top: 5, by: .frames)
          .conversations == 0)
      // What commands changed is overwritten by what a file says.
      #expect(try reflector.apply(configuration).count == 4)
    }
  }

  @Test func `without a reflector there is nothing to change`() throws {
    let network = try LabNetwork(queues: 1, mtu: 1500)
    let kind = try network.reflector.run("policy") { () throws(LabError) -> ReflectorError.Kind? in
      do throws(ReflectorError) {
        _ = try PolicyEditor(interface: LabNetwork.reflectorInterface)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind == .noInterface)
  }
}
