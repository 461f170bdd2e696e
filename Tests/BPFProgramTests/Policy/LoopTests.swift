import CBPF
import CReflectorABI
import ReflectorCore
import Testing

/// Two reflectors that answer one another, without a wire between them.
private struct Ring: ~Copyable {
  let here: LoadedProgram
  let there: LoadedProgram

  init(_ loopGuard: Policy.LoopGuard, there other: Policy.LoopGuard = .off, _ mode: ReflectMode = .all) throws {
    let first = try Self.load(PolicyFrames.here, loopGuard, mode)
    there = try Self.load(PolicyFrames.there, other, mode)
    here = first
  }

  private static func load(_ mac: MACAddress, _ loopGuard: Policy.LoopGuard, _ mode: ReflectMode) throws
    -> LoadedProgram
  {
    try LoadedProgram.load(
      try PolicyFrames.classifier(mac: mac), .kernel(mode), policy: TestPolicy(flows: 64) { $0.loopGuard = loopGuard })
  }

  /// Once round; nil when it is over.
  func round(_ frame: [UInt8]) throws -> [UInt8]? {
    let answer = try here.run(frame)
    guard answer.action == XDP_TX.rawValue else { return nil }
    let back = try there.run(answer.frame)
    return back.action == XDP_TX.rawValue ? back.frame : nil
  }

  /// Rounds until nothing is on its way any more, at most `most`; what is left then is answered, too.
  func run(_ frames: [[UInt8]], most: Int) throws -> (rounds: Int, left: [[UInt8]]) {
    var left = frames
    var rounds = 0
    while !left.isEmpty && rounds < most {
      var next: [[UInt8]] = []
      for frame in left { if let frame = try round(frame) { next.append(frame) } }
      left = next
      rounds += 1
    }
    return (rounds, left)
  }

  /// The one conversation that came round.
  func flow() throws -> reflector_flow? {
    guard let key = here.flows.first else { return nil }
    return try here.flow(key)
  }
}

@Suite(
  "The loop guard of the XDP program",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct LoopTests {
  private static let loop = UInt8(REFLECTOR_FLOW_LOOP.rawValue)

  @Test("finds a frame that goes round, whether the other one looks for it or not", arguments: PolicyFrames.networks)
  func found(network: NetworkHeader) throws {
    for (mode, other) in [(ReflectMode.all, Policy.LoopGuard.off), (.mac, .off), (.macIP, .watch), (.all, .hopLimit)] {
      let ring = try Ring(.watch, there: other, mode)
      var frame = try PolicyFrames.frame(network)
      var rounds = 0
      while let next = try ring.round(frame) {
        frame = next
        rounds += 1
        try #require(rounds < 400 && frame.hasRightHeaderSum, "\(mode), \(other)")
      }
      if other == .hopLimit {
        #expect(rounds == 63)
        continue
      }
      let alarms = (try ring.here.alarms(), try ring.there.alarms())
      #expect(alarms.0.loops + alarms.1.loops == 1)
      let dropped = (try ring.here.dropped(.loop), try ring.there.dropped(.loop))
      #expect(dropped.0 + dropped.1 == 1)
      #expect((58...61).contains(frame.hopLimit), "\(mode), \(other): \(frame.hopLimit)")
      guard other == .off else { continue }
      #expect(alarms.0.last_state == Self.loop)
      let flow = try #require(try ring.flow())
      #expect(flow.state == Self.loop)
      #expect(flow.until_ns > PolicyFrames.now() + 9_000_000_000)
      #expect(withUnsafeBytes(of: alarms.0.last_mac) { Array($0) } == PolicyFrames.there.bytes)
    }
  }

  @Test("finds thousands of copies, and hundreds of different frames")
  func many() throws {
    let copies = try Ring(.watch)
    #expect(try copies.run(Array(repeating: try PolicyFrames.frame(), count: 3000), most: 50).left.isEmpty)
    #expect(try copies.here.alarms().loops == 1)

    let different = try Ring(.watch)
    let frames = try (0..<200).map { try PolicyFrames.frame(number: UInt64($0)) }
    #expect(try different.run(frames, most: 300).left.isEmpty)
    #expect(try different.here.alarms().loops == 1)
  }

  @Test("a hop limit of 1 hides no loop, and costs its tester no frame", arguments: [UInt8(0), 1, 2, 3])
  func lastHop(hopLimit: UInt8) throws {
    let ring = try Ring(.watch)
    let frame = try PolicyFrames.frame(PolicyFrames.network(hopLimit: hopLimit))
    #expect(try ring.run([frame], most: 300).left.isEmpty)
    #expect(try ring.here.dropped(.loop) == 1 && ring.here.alarms().loops == 1)
    let alone = try Ring(.watch)
    for _ in 0..<6000 {
      let answer = try #require(try alone.round(frame))
      try #require(answer.hasRightHeaderSum)
    }
    #expect(try alone.here.alarms().loops == 0)
  }

  @Test("leaves a tester alone that sends the same frame for ever, and what else it sends")
  func constant() throws {
    let program = try LoadedProgram.load(
      try PolicyFrames.classifier(), .xsk, policy: TestPolicy(flows: 64) { $0.loopGuard = .watch })
    let socket = try program.openSocket()
    let frame = try PolicyFrames.frame()
    let other = try PolicyFrames.frame(number: 2)
    var probed = 0
    for _ in 0..<30_000 {
      let answer = try program.run(frame)
      try #require(answer.action == XDP_REDIRECT.rawValue)
      if answer.frame != frame {
        probed += 1
        try #require(answer.frame == frame.withHopLess && answer.frame.hasRightHeaderSum)
        try #require(try program.run(other).frame == other)
      }
    }
    // A machine that takes more than a second for so many ends it sooner.
    #expect((1...4095).contains(probed))
    let key = try #require(program.flows.first)
    let flow = try #require(try program.flow(key))
    #expect(flow.state == UInt8(REFLECTOR_FLOW_CLEARED.rawValue))
    #expect(try program.alarms().loops == 0)
    withExtendedLifetime(socket) {}
  }

  @Test("time ends a probe, a clearance and a frame's being waited for")
  func time() throws {
    let program = try LoadedProgram.load(
      try PolicyFrames.classifier(), .xsk, policy: TestPolicy(flows: 64) { $0.loopGuard = .watch })
    let frame = try PolicyFrames.frame()
    for _ in 0..<2 { _ = try program.run(frame) }
    let key = try #require(program.flows.first)
    let waited = try #require(try program.flow(key))
    #expect(waited.fingerprint != 0 && waited.repeats == 0)

    /// The entry after one frame more, if it was so before.
    func after(_ sent: [UInt8], _ change: (inout reflector_flow, UInt64) -> Void) throws -> reflector_flow {
      var flow = waited
      change(&flow, PolicyFrames.now())
      try program.put(key, flow, in: "flows")
      _ = try program.run(sent)
      return try #require(try program.flow(key))
    }
    let other = try PolicyFrames.frame(number: 2)
    let second: UInt64 = 1_100_000_000
    let probed = UInt8(REFLECTOR_FLOW_PROBED.rawValue)
    let cleared = UInt8(REFLECTOR_FLOW_CLEARED.rawValue)
    let watched = UInt8(REFLECTOR_FLOW_WATCHED.rawValue)

    #expect(try after(other) { $0.until_ns = $1 }.fingerprint == waited.fingerprint)
    #expect(try after(other) { $0.until_ns = $1 - second }.fingerprint != waited.fingerprint)
    #expect(try after(frame) { ($0.until_ns, $0.repeats) = ($1, 100) }.repeats == 101)
    #expect(try after(frame) { ($0.until_ns, $0.repeats) = ($1 - second, 100) }.repeats == 1)
    #expect(try after(frame) { ($0.until_ns, $0.repeats) = ($1, 255) }.state == probed)
    #expect(try after(frame) { ($0.until_ns, $0.state, $0.hop_limit) = ($1, probed, 64) }.state == probed)
    #expect(try after(frame) { ($0.until_ns, $0.state, $0.hop_limit) = ($1 - second, probed, 64) }.state == cleared)
    #expect(try after(frame) { ($0.until_ns, $0.state, $0.hop_limit) = ($1 - second, probed, 66) }.state == probed)
    #expect(try after(frame) { ($0.until_ns, $0.state, $0.hop_limit) = ($1, probed, 68) }.state == Self.loop)
    #expect(try after(other) { ($0.until_ns, $0.state) = ($1 - second, probed) }.state == watched)
    #expect(try after(frame) { ($0.until_ns, $0.state) = ($1 + second, cleared) }.state == cleared)
    #expect(try after(frame) { ($0.until_ns, $0.state) = ($1 - second, cleared) }.state == watched)
    #expect(try after(frame) { ($0.until_ns, $0.state) = ($1 - second, Self.loop) }.state == watched)
  }

  @Test("a hop limit of one less each time ends every loop, with sums that are right", arguments: PolicyFrames.networks)
  func hopLimit(network: NetworkHeader) throws {
    let ring = try Ring(.hopLimit)
    var frame = try PolicyFrames.frame(network)
    var rounds = 0
    while let next = try ring.round(frame) {
      try #require(next.hopLimit == frame.hopLimit - 1 && next.hasRightHeaderSum)
      frame = next
      rounds += 1
    }
    #expect(rounds == 63)
    #expect(try ring.here.dropped(.hopLimit) == 1)
  }

  @Test("nothing looks for loops when the guard is off")
  func off() throws {
    let ring = try Ring(.off)
    let frame = try PolicyFrames.frame()
    let (_, left) = try ring.run([frame], most: 1000)
    #expect(left == [frame])
  }
}
