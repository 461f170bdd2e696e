import CMicro
import MicroLoops
import ReflectorCore
import Testing

@Suite("The micro-benchmarks' loops: parse and rewrite")
struct RewriteLoopTests {
  /// The yardstick is worth nothing where it does less: the same frames refused, the same bytes afterwards.
  @Test("C and Swift decide alike and write the same bytes, whatever the frame", arguments: ReflectMode.allCases)
  func agreement(mode: ReflectMode) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed: seed)
    let frames = try FrameKind.mixed.batch().map(\.bytes)
    var reflected = 0
    let rounds = 20_000
    for _ in 0..<rounds {
      let bytes = Self.mutated(frames[Int.random(in: 0..<frames.count, using: &random)], &random)
      let inSwift = Self.reflectInSwift(bytes, mode)
      let inC = Self.reflectInC(bytes, mode)
      #expect(inSwift == inC, "seed \(seed): \(bytes)")
      if inSwift != nil { reflected += 1 }
    }
    // Both verdicts have to come up, or they agree about nothing.
    #expect((rounds / 10...rounds * 9 / 10).contains(reflected), "seed \(seed): \(reflected) reflected")
  }

  /// A byte or two of the headers changed, or the end cut off, or nothing.
  private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      // Near what stands there, or one of the values that mean something, or anything.
      switch Int.random(in: 0...2, using: &random) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[index] = telling[Int.random(in: 0..<telling.count, using: &random)]
      default: bytes[index] = UInt8.random(in: 0 ... .max, using: &random)
      }
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
    }
    return bytes
  }

  /// Of EtherTypes, IP headers' first bytes and the protocol.
  private static let telling: [UInt8] = [0x00, 0x08, 0x81, 0x86, 0xdd, 0x88, 0xa8, 0x45, 0x46, 0x4f, 0x11, 0x60]

  /// The frame afterwards; nil: refused, and as it was.
  private static func reflectInSwift(_ bytes: [UInt8], _ mode: ReflectMode) -> [UInt8]? {
    var copy = bytes
    let isReflected = copy.withUnsafeMutableBytes { buffer in
      var span = buffer.mutableBytes
      return mode.reflect(&span)
    }
    #expect(isReflected || copy == bytes)
    return isReflected ? copy : nil
  }

  private static func reflectInC(_ bytes: [UInt8], _ mode: ReflectMode) -> [UInt8]? {
    var copy = bytes
    var descriptor = xdp_desc(addr: 0, len: UInt32(bytes.count), options: 0)
    let cMode =
      switch mode {
      case .mac: CMICRO_MAC
      case .macIP: CMICRO_MAC_IP
      case .all: CMICRO_ALL
      }
    let isReflected = copy.withUnsafeMutableBufferPointer {
      cmicro_reflect($0.baseAddress, &descriptor, 1, 1, cMode) == 1
    }
    #expect(isReflected || copy == bytes)
    return isReflected ? copy : nil
  }

  @Test("each loop reflects every frame of a batch, once for each time", arguments: FrameKind.allCases)
  func batches(kind: FrameKind) throws {
    for language in RewriteLoop.Language.allCases {
      let loop = try RewriteLoop(try kind.batch())
      #expect(loop.isRight(afterBatches: 0) && !loop.isRight(afterBatches: 1))
      #expect(loop.run(language, batches: 3) == 3 * FrameKind.batchLength)
      #expect(loop.isRight(afterBatches: 3) && !loop.isRight(afterBatches: 2))
    }
  }

  @Test("the mixed batch has frames of every kind")
  func mixed() throws {
    let lengths = Set(try FrameKind.mixed.batch().map(\.networkOffset))
    #expect(lengths == [14, 18, 22])
    #expect(try FrameKind.mixed.batch() == FrameKind.mixed.batch())
  }

  @Test("a round is of both, and leaves the frames as they were")
  func round() throws {
    let round = try RewriteRound(try RewriteLoop(try FrameKind.mixed.batch()))
    #expect(round.swiftNanosecondsPerFrame > 0 && round.cNanosecondsPerFrame > 0)
    #expect(round.ratio == round.swiftNanosecondsPerFrame / round.cNanosecondsPerFrame)
  }

  @Test("median and quartiles, between two figures in proportion")
  func quartiles() {
    let odd = Quartiles([5, 1, 3, 2, 4])
    #expect(odd.lower == 2 && odd.median == 3 && odd.upper == 4)
    #expect(Quartiles([1, 2, 3, 4]).median == 2.5)
    #expect(Quartiles([7]).lower == 7 && Quartiles([]).median.isNaN)
    #expect(Quartiles([0.5, 1.25, 2]).description == "1.250 [0.875–1.625]")
  }
}
