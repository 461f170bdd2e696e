import ReflectorCore
import Testing

@Suite("Gate")
struct GateTests {
  private static let mac = MACAddress(0x00, 0xc0, 0x17, 1, 2, 3)

  private func gate(
    oui: OUI? = .netAlly, interface: InterfaceNetworks = InterfaceNetworks(),
    _ change: (inout Policy) -> Void = { _ in }
  ) -> Gate {
    var policy = Policy()
    change(&policy)
    return Gate(policy, interface: interface, oui: oui)
  }

  private func facts(
    _ source: String, to destination: String = "198.51.100.1", hopLimit: UInt8 = 64, mac: MACAddress = mac
  ) throws -> Gate.Facts {
    Gate.Facts(
      mac: mac, source: try #require(IPAddress(source)), destination: try #require(IPAddress(destination)),
      hopLimit: hopLimit)
  }

  private func networks(_ texts: String...) throws -> [Network] { try texts.map { try Network(parsing: $0) } }

  @Test("without lists, with an OUI, nothing is refused")
  func empty() throws {
    for gate in [gate(), .open] {
      #expect(gate.refusal(of: try facts("192.0.2.1", hopLimit: 0)) == nil)
      #expect(gate.refusal(of: try facts("2001:db8::1", to: "2001:db8::2")) == nil)
    }
  }

  @Test("the longest prefix of both lists decides", arguments: [OUI?.some(.netAlly), nil])
  func longest(oui: OUI?) throws {
    let allowed = try networks("10.0.0.0/8", "10.1.2.0/24", "2001:db8::/32", "::/0")
    let denied = try networks("10.1.0.0/16", "10.1.2.3/32", "2001:db8:1::/48")
    let gate = gate(oui: oui) {
      $0.allowedSources = allowed
      $0.deniedSources = denied
    }
    let expected: [(String, Refusal?)] = [
      ("10.9.9.9", nil), ("10.1.9.9", .deniedSource), ("10.1.2.4", nil), ("10.1.2.3", .deniedSource),
      ("11.0.0.1", .otherSource), ("2001:db8:1::1", .deniedSource), ("2001:db8:2::1", nil), ("2003::1", nil),
    ]
    for (source, refusal) in expected { #expect(gate.refusal(of: try facts(source)) == refusal, "\(source)") }
  }

  @Test("a denied list alone opens the rest, an allowed one closes it")
  func alone() throws {
    let list = try networks("192.0.2.0/24")
    let denying = gate { $0.deniedSources = list }
    #expect(denying.refusal(of: try facts("192.0.2.1")) == .deniedSource)
    #expect(denying.refusal(of: try facts("192.0.3.1")) == nil)
    let allowing = gate { $0.allowedSources = list }
    #expect(allowing.refusal(of: try facts("192.0.2.1")) == nil)
    #expect(allowing.refusal(of: try facts("192.0.3.1")) == .otherSource)
    #expect(allowing.refusal(of: try facts("2001:db8::1")) == .otherSource)
  }

  @Test("without an OUI only the interface's own networks are answered, but for what is said otherwise")
  func interface() throws {
    let own = try #require(IPAddress("192.0.2.1"))
    let interface = InterfaceNetworks(addresses: [own], networks: try networks("192.0.2.0/24"))
    let strict = gate(oui: nil, interface: interface)
    #expect(strict.refusal(of: try facts("192.0.2.2")) == nil)
    #expect(strict.refusal(of: try facts("192.0.2.1")) == .ownIP)
    #expect(strict.refusal(of: try facts("198.51.100.2")) == .otherSource)
    // With one they are nothing but networks like others.
    let known = gate(interface: interface)
    #expect(known.refusal(of: try facts("198.51.100.2")) == nil)
    #expect(known.refusal(of: try facts("192.0.2.1")) == .ownIP)
    // What is configured for the same network wins.
    let open = gate(oui: nil, interface: interface) {
      $0.allowedSources = Network.any + [Network(own)]
      $0.deniedSources = interface.networks
    }
    #expect(open.refusal(of: try facts("198.51.100.2")) == nil)
    #expect(open.refusal(of: try facts("192.0.2.1")) == nil)
    #expect(open.refusal(of: try facts("192.0.2.2")) == .deniedSource)
  }

  @Test("a network in both lists is denied")
  func both() throws {
    let list = try networks("192.0.2.0/24")
    let gate = gate {
      $0.allowedSources = list
      $0.deniedSources = list
    }
    #expect(gate.refusal(of: try facts("192.0.2.1")) == .deniedSource)
  }

  @Test("MAC address before hop limit before source before destination")
  func order() throws {
    let allowed = try networks("198.51.100.1/32")
    let denied = try networks("192.0.2.0/24")
    let gate = gate {
      $0.deniedMACs = [Self.mac]
      $0.loopGuard = .hopLimit
      $0.deniedSources = denied
      $0.allowedDestinations = allowed
    }
    let other = MACAddress(0x00, 0xc0, 0x17, 1, 2, 4)
    let elsewhere = "198.51.100.2"
    #expect(gate.refusal(of: try facts("192.0.2.1", to: elsewhere, hopLimit: 1)) == .deniedMAC)
    #expect(gate.refusal(of: try facts("192.0.2.1", to: elsewhere, hopLimit: 1, mac: other)) == .hopLimit)
    #expect(gate.refusal(of: try facts("192.0.2.1", to: elsewhere, hopLimit: 2, mac: other)) == .deniedSource)
    #expect(gate.refusal(of: try facts("192.0.3.1", to: elsewhere, hopLimit: 2, mac: other)) == .otherDestination)
    #expect(gate.refusal(of: try facts("192.0.3.1", hopLimit: 2, mac: other)) == nil)
    #expect(gate.refusal(of: try facts("2001:db8::1", to: "2001:db8::2", mac: other)) == .otherDestination)
  }

  @Test("the classifier asks it last, of what a rule matched")
  func classifier() throws {
    let golden = GoldenFrame.all[0]
    let table = try RuleTable(Fixture.defaultRules)
    let gate = gate { $0.deniedSources = Network.any }
    let classifier = Classifier(mac: Fixture.reflector, oui: .netAlly, table: table, gate: gate)
    #expect(classifier.classify(golden.sent) == .refuse(.deniedSource))
    var other = golden.sent
    other[47] ^= 0x20
    #expect(classifier.classify(other) == .pass(.otherSignature))
    other = golden.sent
    other[8] ^= 1
    #expect(classifier.classify(other) == .pass(.foreignOUI))
  }
}
