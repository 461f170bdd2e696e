import CBPF
import CReflectorABI
import Glibc
import ReflectorCore
import Testing

@Suite(
  "Rates in the XDP program", .serialized,
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct RateTests {
  private func load(_ change: (inout Policy) -> Void, flows: UInt32? = 64) throws -> LoadedProgram {
    try LoadedProgram.load(
      try PolicyFrames.classifier(), .xsk,
      policy: TestPolicy(flows: flows) {
        $0.loopGuard = .off
        change(&$0)
      })
  }

  enum Limit: CaseIterable {
    case sourceFrames, sourceBits, totalFrames, totalBits, sourceBoth, totalBoth

    /// 50,000 frames of 125 bytes a second, whatever it is told by.
    func set(_ policy: inout Policy) {
      let frames = RateLimit(framesPerSecond: 50_000)
      let bits = RateLimit(bitsPerSecond: 50_000_000)
      switch self {
      case .sourceFrames: policy.sourceLimit = frames
      case .sourceBits: policy.sourceLimit = bits
      case .totalFrames: policy.totalLimit = frames
      case .totalBits: policy.totalLimit = bits
      case .sourceBoth: policy.sourceLimit = RateLimit(framesPerSecond: 50_000, bitsPerSecond: 400_000_000)
      case .totalBoth: policy.totalLimit = RateLimit(framesPerSecond: 400_000, bitsPerSecond: 50_000_000)
      }
    }
  }

  @Test("let through what they say, within 5 %, known or not", arguments: Limit.allCases)
  func rates(limit: Limit) throws {
    // The burst is longer than this process is ever off its CPU.
    let program = try load(
      {
        limit.set(&$0)
        $0.burst = 400
      }, flows: limit == .sourceFrames ? nil : 64)
    let socket = try program.openSocket()
    let frame = try PolicyFrames.frame()
    // A call takes its time before and after its frames: the first and the last say from when to when at the least
    // and at the most.
    var calls: [(start: UInt64, end: UInt64)] = []
    repeat {
      let start = PolicyFrames.now()
      _ = try program.run(frame, times: 20_000)
      calls.append((start, PolicyFrames.now()))
    } while calls[calls.count - 1].end < calls[0].start + 800_000_000
    let last = calls[calls.count - 1]
    let through = Double(try program.redirected())
    let least = 50_000 * (Double(Int64(last.start) - Int64(calls[0].end)) / 1e9 + 0.4)
    let most = 50_000 * (Double(last.end - calls[0].start) / 1e9 + 0.4)
    #expect(through >= least * 0.95 && through <= most * 1.05, "\(through), \(least) to \(most)")
    withExtendedLifetime(socket) {}
  }

  @Test("a source's is its own, the total is all sources'")
  func sources() throws {
    let program = try load {
      $0.sourceLimit.framesPerSecond = 10
      $0.totalLimit.framesPerSecond = 20
      $0.burst = 10_000
    }
    let socket = try program.openSocket()
    for (host, through) in [(UInt8(1), UInt64(100)), (2, 100), (3, 0)] {
      let before = try program.redirected()
      _ = try program.run(try PolicyFrames.frame(PolicyFrames.network(host: host)), times: 1000)
      // And the few that come in the meantime.
      #expect((through...through + 8).contains(try program.redirected() - before), "host \(host)")
    }
    #expect(try program.dropped(.sourceRate) >= 1700)
    // With the total used up a source's tokens go, too: which of the two refuses is as it comes.
    #expect(try program.dropped(.totalRate) >= 1)
    #expect(try program.dropped(.totalRate) + program.dropped(.sourceRate) + program.redirected() == 3000)
    withExtendedLifetime(socket) {}
  }

  @Test("after a long break there is one burst, and a frame of more than the burst comes through alone")
  func bursts() throws {
    let program = try load {
      $0.totalLimit = RateLimit(bitsPerSecond: 1000)
      $0.burst = 20
    }
    let socket = try program.openSocket()
    // 125 bytes take a second.
    #expect(try program.isRedirected(try PolicyFrames.frame()))
    #expect(try program.isRedirected(try PolicyFrames.frame()) == false)
    // Of a slower rate, or of before the clock began anew.
    let stale = PolicyFrames.now() &+ 1_000_000_000_000
    try program.put(UInt32(0), reflector_bucket(frames: stale << 8, bits: stale << 8), in: "total_rate")
    #expect(try program.isRedirected(try PolicyFrames.frame()))
    withExtendedLifetime(socket) {}
  }

  @Test("the longest frame at the slowest rate keeps the next one back")
  func longest() throws {
    let policy = TestPolicy(flows: 64) {
      $0.loopGuard = .off
      $0.totalLimit = RateLimit(bitsPerSecond: 1000)
      $0.burst = 20
    }
    let program = try LoadedProgram.load(try PolicyFrames.classifier(), .xsk, multiBuffer: true, policy: policy)
    let socket = try program.openSocket()
    #expect(try program.isRedirected(try PolicyFrames.frame(length: 9022)))
    #expect(try program.isRedirected(try PolicyFrames.frame()) == false)
    withExtendedLifetime(socket) {}
  }

  @Test("a storm is held off, whatever the lists become, and comes back")
  func storm() throws {
    let program = try load {
      $0.stormLimit = 1000
      $0.burst = 100
      $0.holdOff = 1
    }
    let socket = try program.openSocket()
    let frame = try PolicyFrames.frame()
    _ = try program.run(frame, times: 5000)
    #expect((100...500).contains(try program.redirected()))
    #expect(try program.dropped(.storm) == 5000 - program.redirected())
    let key = try #require(program.flows.first)
    #expect(try program.flow(key)?.state == UInt8(REFLECTOR_FLOW_STORM.rawValue))
    let alarms = try program.alarms()
    #expect((alarms.storms, alarms.loops) == (1, 0))
    #expect(alarms.last_state == UInt8(REFLECTOR_FLOW_STORM.rawValue))
    #expect(alarms.last.source_port == key.source_port)

    try program.renewGeneration()
    #expect(try program.isRedirected(frame) == false)
    #expect(try program.isRedirected(try PolicyFrames.frame(port: 4001)))
    usleep(1_050_000)
    #expect(try program.isRedirected(frame))
    #expect(try program.flow(key)?.state == UInt8(REFLECTOR_FLOW_WATCHED.rawValue))
    #expect(try program.alarms().storms == 1)
    withExtendedLifetime(socket) {}
  }
}
