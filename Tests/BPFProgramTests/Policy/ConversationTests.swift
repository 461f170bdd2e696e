import CBPF
import CReflectorABI
import ReflectorCore
import Testing

@Suite(
  "Conversations in the XDP program",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct ConversationTests {
  private func load(_ policy: TestPolicy) throws -> LoadedProgram {
    try LoadedProgram.load(try PolicyFrames.classifier(), .xsk, policy: policy)
  }

  private func denied(_ network: String) throws -> (reflector_network4_key, reflector_network) {
    (try Network(parsing: network).key4, reflector_network(configured: REFLECTOR_NETWORK_DENIED.rawValue, interface: 0))
  }

  @Test("one that is known isn't held against the lists, until the generation moves")
  func known() throws {
    let program = try load(TestPolicy(flows: 64))
    let socket = try program.openSocket()
    let frame = try PolicyFrames.frame()
    #expect(try program.isRedirected(frame))
    let key = try #require(program.flows.first)
    let first = try #require(try program.flow(key))

    let (network, value) = try denied("192.0.2.0/24")
    try program.put(network, value, in: "networks4")
    var config = try #require(try program.value(UInt32(0), of: "config", reflector_config()))
    config.checks |= REFLECTOR_CHECK_SOURCES.rawValue
    try program.put(UInt32(0), config, in: "config")
    #expect(try program.isRedirected(frame))
    #expect(try program.isRedirected(try PolicyFrames.frame(port: 4001)) == false)

    try program.renewGeneration()
    #expect(try program.isRedirected(frame) == false)
    #expect(try program.dropped(.deniedSource) == 2)
    #expect(try program.flow(key)?.frames == 2)

    try program.clear("networks4", reflector_network4_key())
    #expect(try program.isRedirected(frame))
    let last = try #require(try program.flow(key))
    #expect(last.frames == 3)
    #expect(last.bytes == 3 * UInt64(frame.count))
    #expect(last.first_ns == first.first_ns)
    #expect(last.generation == first.generation + 2)
    withExtendedLifetime(socket) {}
  }

  @Test("a frame that is refused leaves nothing: no entry, no token taken")
  func refused() throws {
    var policy = TestPolicy(flows: 64)
    policy.policy.deniedSources = [try Network(parsing: "192.0.2.1/32")]
    policy.policy.sourceLimit.framesPerSecond = 1
    policy.policy.totalLimit = RateLimit(framesPerSecond: 1, bitsPerSecond: 1000)
    let program = try load(policy)
    let socket = try program.openSocket()
    #expect(try program.run(try PolicyFrames.frame(), times: 1000).action == XDP_DROP.rawValue)
    #expect(try program.dropped(.deniedSource) == 1000)
    #expect(program.flows.isEmpty)
    #expect(program.keys(of: "source_rates", reflector_source_key()).isEmpty)
    let total = try #require(try program.value(UInt32(0), of: "total_rate", reflector_bucket()))
    #expect((total.frames, total.bits) == (0, 0))

    // One that is let through uses both rates up; what is too fast then makes no entry, either.
    #expect(try program.isRedirected(try PolicyFrames.frame(PolicyFrames.network(host: 2))))
    #expect(try program.isRedirected(try PolicyFrames.frame(PolicyFrames.network(host: 2), port: 5000)) == false)
    #expect(try program.isRedirected(try PolicyFrames.frame(PolicyFrames.network(host: 3))) == false)
    #expect(try program.dropped(.sourceRate) == 1)
    #expect(try program.dropped(.totalRate) == 1)
    #expect(program.flows.count == 1)
    #expect(program.keys(of: "source_rates", reflector_source_key()).count == 1)
    withExtendedLifetime(socket) {}
  }

  @Test("an entry says who, by which rule, and how much")
  func entry() throws {
    let program = try load(TestPolicy(flows: 64))
    let tags = [VLANTag(protocolID: EtherType.dot1AD, vlan: 0xabc, priority: 5), VLANTag(vlan: 7, dropEligible: true)]
    let frame = try PolicyFrames.frame(port: 0x1234, tags: tags)
    let before = PolicyFrames.now()
    // Without a socket, too: what policy let through is counted.
    _ = try program.run(frame, times: 10)
    let key = try #require(program.flows.first)
    let flow = try #require(try program.flow(key))
    let words = withUnsafeBytes(of: key) { Array($0) }
    #expect(
      words == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1] + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        + [198, 51, 100, 1] + [0x12, 0x34] + UInt16(3842).bigEndianBytes + [0xbc, 0x0a, 7, 0])
    #expect((flow.frames, flow.bytes) == (10, 10 * UInt64(frame.count)))
    #expect(flow.first_ns >= before && flow.last_ns >= flow.first_ns)
    #expect(MACAddress(flow.mac.0, flow.mac.1, flow.mac.2, flow.mac.3, flow.mac.4, flow.mac.5) == PolicyFrames.there)
    let rules = try PolicyFrames.classifier().table.rules
    #expect(rules[Int(flow.rule)].name == "ito.probeot")
  }

  @Test("the kernel takes the object's types, of which bpftool has the names")
  func types() throws {
    #expect(try load(TestPolicy(flows: 64)).hasTypes)
  }

  @Test("VLANs keep them apart, priorities don't", arguments: PolicyFrames.networks)
  func vlans(network: NetworkHeader) throws {
    let program = try load(TestPolicy(flows: 64))
    let one = VLANTag(vlan: 1)
    let two = VLANTag(vlan: 2)
    let tags = [[], [one], [two], [one, two], [two, one], [VLANTag(vlan: 1, priority: 7)]]
    for tags in tags { _ = try program.run(try PolicyFrames.frame(network, tags: tags)) }
    #expect(program.flows.count == 5)
    // Priority without a VLAN.
    _ = try program.run(try PolicyFrames.frame(network, tags: [VLANTag(vlan: 0, priority: 3)]))
    #expect(program.flows.count == 5)
  }

  @Test("a million at once are all kept, and each is known when it comes again")
  func million() throws {
    let program = try load(TestPolicy(flows: 1 << 20))
    let socket = try program.openSocket()
    var frame = try PolicyFrames.frame()
    /// From another source each. The program looks at no checksum.
    func isRedirected(_ number: Int) throws -> Bool {
      for place in 0..<3 { frame[27 + place] = UInt8(truncatingIfNeeded: number >> (16 - 8 * place)) }
      return try program.isRedirected(frame)
    }
    let count = 1_000_000
    var redirected = 0
    for number in 0..<count where try isRedirected(number) { redirected += 1 }
    #expect(redirected == count)
    let flows = program.flows
    #expect(flows.count == count)
    for number in stride(from: 0, to: count, by: 1000) { #expect(try isRedirected(number)) }
    let frames = try flows.reduce(into: [UInt64: Int]()) { try $0[program.flow($1)?.frames ?? 0, default: 0] += 1 }
    #expect(frames == [1: count - count / 1000, 2: count / 1000])
    #expect(try program.alarms().untracked == 0)
    withExtendedLifetime(socket) {}
  }

  @Test("more than there is room for: every frame goes on, and those that were quiet longest go")
  func eviction() throws {
    let program = try load(TestPolicy(flows: 1024))
    let socket = try program.openSocket()
    for port in 0..<8000 { #expect(try program.isRedirected(try PolicyFrames.frame(port: UInt16(1 + port)))) }
    let ports = Set(program.flows.map { UInt16(bigEndian: $0.source_port) })
    #expect(ports.count <= 1024)
    // By and large: the kernel's LRU keeps lists for each CPU, and looks through them in batches.
    #expect(ports.count { $0 > 4000 } * 10 >= ports.count * 9, "\(ports.sorted())")
    #expect(ports.contains(8000))
    #expect(try program.alarms().untracked == 0)
    withExtendedLifetime(socket) {}
  }

  @Test("the smallest table never keeps a frame back")
  func smallest() throws {
    let program = try load(TestPolicy(flows: 1))
    let socket = try program.openSocket()
    for port in 0..<500 { #expect(try program.isRedirected(try PolicyFrames.frame(port: UInt16(1 + port)))) }
    #expect(program.flows.count <= 1)
    withExtendedLifetime(socket) {}
  }
}
