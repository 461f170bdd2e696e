import ReflectorCore
import Testing
import XDPControl

@testable import ReflectorXDP

struct PolicyConfigurationTests {
  private func network(_ text: String) throws -> Network { try Network(parsing: text) }

  private func error(_ change: (inout Configuration) throws -> Void) throws -> ReflectorError? {
    var configuration = Configuration(interface: "eth0")
    try change(&configuration)
    do throws(ReflectorError) {
      _ = try configuration.validate()
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      ("flows", 0, 1), ("flows", 1, 0), ("flows", 1023, 0), ("flows", 1024, 1), ("flows", 16_777_216, 1),
      ("flows", 16_777_217, 0), ("flows", -1, 0), ("burst", 19, 0), ("burst", 20, 1), ("burst", 10_000, 1),
      ("burst", 10_001, 0), ("hold-off", 0, 0), ("hold-off", 1, 1), ("hold-off", 3600, 1), ("hold-off", 3601, 0),
      ("source-rate", 0, 0), ("source-rate", 1, 1), ("source-rate", 1_000_000_000, 1),
      ("source-rate", 1_000_000_001, 0), ("total-rate", 0, 0), ("total-rate", 1, 1), ("storm", 0, 0), ("storm", 1, 1),
      ("source-bits", 999, 0), ("source-bits", 1000, 1), ("total-bits", 1_000_000_000_000, 1),
      ("total-bits", 1_000_000_000_001, 0),
    ])
  func `each figure has its bounds, and an error names the option`(option: String, value: Int, isGood: Int) throws {
    let error = try error { configuration in
      let rate = UInt64(max(value, 0))
      switch option {
      case "flows": configuration.flows = value
      case "burst": configuration.policy.burst = value
      case "hold-off": configuration.policy.holdOff = value
      case "source-rate": configuration.policy.sourceLimit.framesPerSecond = rate
      case "source-bits": configuration.policy.sourceLimit.bitsPerSecond = rate
      case "total-rate": configuration.policy.totalLimit.framesPerSecond = rate
      case "total-bits": configuration.policy.totalLimit.bitsPerSecond = rate
      default: configuration.policy.stormLimit = rate
      }
    }
    #expect((error == nil) == (isGood == 1))
    if let error { #expect(error.kind == .usage && error.what == "--\(option) \(value) can't be used") }
  }

  @Test func `a network is allowed or denied, not both`() throws {
    let error = try error {
      $0.policy.allowedSources = [try network("10.0.0.0/8"), try network("192.0.2.0/24")]
      $0.policy.deniedSources = [try network("192.0.2.0/24"), try network("192.0.2.0/25")]
    }
    #expect(error?.what == "192.0.2.0/24 is allowed and denied")
  }

  @Test func `lists have as much room as their maps`() throws {
    let many = (0..<UInt32(131_073)).map { Network(.v4(IPv4Address(rawValue: $0))) }
    #expect(try error { $0.policy.allowedSources = Array(many.dropLast()) } == nil)
    #expect(try error { $0.policy.allowedSources = many }?.what.contains("131073 IPv4 networks") == true)
    #expect(
      try error {
        $0.policy.allowedSources = Array(many.prefix(100_000))
        $0.policy.deniedSources = Array(many.dropFirst(100_000))
      }?.kind == .usage)
    #expect(try error { $0.policy.allowedDestinations = many }?.what.contains("--allow-destination") == true)
    let macs = (0..<1025).map { MACAddress(2, 0, 0, 0, UInt8($0 >> 8), UInt8($0 & 255)) }
    #expect(try error { $0.policy.deniedMACs = Array(macs.dropLast()) } == nil)
    #expect(try error { $0.policy.deniedMACs = macs }?.what.contains("--deny") == true)
  }

  @Test func `without conversations there is no limit of each, and no watch`() throws {
    #expect(
      try error {
        $0.flows = 0
        $0.policy.stormLimit = 10
      }?.what == "--storm can't be used with --flows 0")
    var configuration = Configuration(interface: "eth0")
    #expect(configuration.policyNotices.isEmpty && configuration.effectivePolicy.loopGuard == .watch)
    configuration.flows = 0
    #expect(configuration.policyNotices.count == 1 && configuration.effectivePolicy.loopGuard == .off)
    #expect(!configuration.instructions([]).keepsFlows)
    configuration.policy.loopGuard = .hopLimit
    #expect(configuration.policyNotices.isEmpty && configuration.effectivePolicy.loopGuard == .hopLimit)
  }

  @Test func `an interface's networks are allowed where any OUI is, and its addresses are its own`() throws {
    let addresses = [
      InterfaceAddress(address: try #require(IPAddress("192.0.2.2")), network: try network("192.0.2.0/24")),
      InterfaceAddress(address: try #require(IPAddress("fe80::1")), network: try network("fe80::/64")),
      InterfaceAddress(address: try #require(IPAddress("198.51.100.7")), network: try network("198.51.100.7/32")),
    ]
    let own: [Network: NetworkVerdict] = [
      try network("192.0.2.2/32"): .own, try network("fe80::1/128"): .own, try network("198.51.100.7/32"): .own,
    ]
    var configuration = Configuration(interface: "eth0")
    #expect(configuration.instructions(addresses).interfaceNetworks == own)
    configuration.oui = nil
    #expect(
      configuration.instructions(addresses).interfaceNetworks
        == own.merging([try network("192.0.2.0/24"): .allowed, try network("fe80::/64"): .allowed]) { $1 })
  }

  @Test func `what a running reflector can't change is named`() {
    let configuration = Configuration(interface: "eth0")
    var other = configuration
    other.policy.burst = 100
    other.rules = []
    other.oui = nil
    #expect(configuration.differences(from: other).isEmpty)
    other.flows = 0
    other.mode = .copy
    other.pinDirectory = nil
    #expect(configuration.differences(from: other) == ["--mode", "--pin-dir", "--flows"])
  }
}

struct OpennessTests {
  private func text(
    _ oui: OUI?, allowed: [String] = [], denied: [String] = [], own: [String] = []
  ) throws -> Openness {
    var policy = Policy()
    policy.allowedSources = try allowed.map { try Network(parsing: $0) }
    policy.deniedSources = try denied.map { try Network(parsing: $0) }
    let networks = try own.map { (try Network(parsing: $0), NetworkVerdict.allowed) }
    return Openness(
      Instructions(
        rules: [], oui: oui, policy: policy, keepsFlows: true,
        interfaceNetworks: Dictionary(networks, uniquingKeysWith: { $1 })))
  }

  @Test func `it says how open a reflector is`() throws {
    let any = ["0.0.0.0/0", "::/0"]
    #expect("\(try text(.netAlly))" == "any source with OUI 00:c0:17")
    #expect("\(try text(.netAlly, denied: ["10.0.0.0/8"]))" == "any source with OUI 00:c0:17, less 1 denied")
    #expect("\(try text(.netAlly, allowed: ["10.0.0.0/8"]))" == "sources with OUI 00:c0:17 in 10.0.0.0/8")
    #expect("\(try text(.netAlly, allowed: any))" == "any source with OUI 00:c0:17")
    #expect("\(try text(nil, allowed: any, own: ["192.0.2.0/24"]))" == "any source in the world (--allow any)")
    #expect(
      "\(try text(nil, allowed: ["10.0.0.0/8"], own: ["192.0.2.0/24"]))"
        == "sources in 192.0.2.0/24 (the interface's networks), 10.0.0.0/8")
    #expect("\(try text(nil, allowed: ["0.0.0.0/0"]))" == "sources in 0.0.0.0/0")
    let many = (0..<6).map { "10.\($0).0.0/16" }
    #expect("\(try text(nil, allowed: many))".hasSuffix("10.3.0.0/16 and 2 more"))
  }

  @Test func `one that answers nobody warns, and one that answers everybody`() throws {
    #expect(try text(nil, allowed: ["0.0.0.0/0", "::/0"]).warning?.contains("--allow") == true)
    #expect(try text(.netAlly, allowed: ["0.0.0.0/0", "::/0"]).warning == nil)
    #expect(try text(nil).warning != nil && "\(try text(nil))" == "no source")
    #expect(try text(nil, own: ["192.0.2.0/24"]).warning == nil)
    #expect(try text(nil, allowed: ["10.0.0.0/8"]).warning == nil)
    #expect(try text(.netAlly).warning == nil)
  }
}
