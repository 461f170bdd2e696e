import CBPF
import ReflectorCore
import Testing

@Suite(
  "The programs that spread frames over CPUs",
  .enabled(if: Capability.mayRunPrograms, "needs CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"))
struct SpreadTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// Frames that match a rule of the table.
  private func matching(_ table: TestTable, _ count: Int) throws -> [[UInt8]] {
    var generator = FrameGenerator(for: table.classifier, seed: Self.seed)
    var frames: [[UInt8]] = []
    while frames.count < count {
      let bytes = try generator.next().bytes
      if case .reflect = table.classifier.classify(bytes.span.bytes) { frames.append(bytes) }
    }
    return frames
  }

  private func table() throws -> TestTable { try TestTable.all(seed: Self.seed)[0] }

  @Test("the other CPU's program makes of a frame what a worker would", arguments: ReflectMode.allCases)
  func back(mode: ReflectMode) throws {
    let table = try table()
    let program = try LoadedProgram.load(table.classifier, .back(mode))
    let frames = try matching(table, 3_000)
    for frame in frames {
      let answer = try program.run(frame)
      var expected = frame
      var words = expected.mutableSpan
      var span = words.mutableBytes
      let isReflectable = mode.reflect(&span)
      #expect(isReflectable)
      guard answer.action == XDP_REDIRECT.rawValue, answer.frame == expected else {
        Issue.record("seed \(Self.seed): action \(answer.action), \(frame.map(\.hexadecimal).joined())")
        return
      }
    }
    #expect(try program.readCPUs() == (UInt64(frames.count), 0))
  }

  @Test("what doesn't parse any more is dropped there, and counted", arguments: ReflectMode.allCases)
  func rejected(mode: ReflectMode) throws {
    let table = try table()
    let program = try LoadedProgram.load(table.classifier, .back(mode))
    let frames = try matching(table, 200)
    for frame in frames {
      let answer = try program.run(Array(frame.prefix(LoadedProgram.shortestFrame)))
      #expect(answer.action == XDP_DROP.rawValue)
    }
    #expect(try program.readCPUs() == (0, UInt64(frames.count)))
  }

  @Test("a conversation has one slot, whatever else is in the frame, and many share them evenly")
  func slots() throws {
    let table = try table()
    let program = try LoadedProgram.load(table.classifier, .split)
    let frame = try #require(try matching(table, 2_000).first { $0[12...13] == [0x08, 0x00] })
    var counts = [Int](repeating: 0, count: LoadedProgram.slots)
    for flow in 0..<400 {
      var conversation = frame
      // The low bytes of source address and port: what a tester counts up.
      conversation[29] &+= UInt8(flow % 20)
      conversation[35] &+= UInt8(flow / 20)
      var long = conversation + [UInt8](repeating: 7, count: 40)
      long[6 + 5] ^= 1  // The source's MAC address.
      let slots = try [conversation, long, conversation].map { try slot(of: $0, program) }
      #expect(Set(slots).count == 1)
      counts[slots[0]] += 1
    }
    // 100 of each are to be expected; with chance as it is, 60 is over four standard deviations off.
    #expect(counts.allSatisfy { (60...140).contains($0) }, "\(counts)")
  }

  /// By leaving all others out.
  private func slot(of frame: [UInt8], _ program: borrowing LoadedProgram) throws -> Int {
    var found: [Int] = []
    for slot in 0..<LoadedProgram.slots {
      try program.openCPU(slots: slot..<(slot + 1))
      if try program.run(frame).action == XDP_REDIRECT.rawValue { found.append(slot) }
    }
    try #require(found.count == 1, "\(found)")
    return found[0]
  }
}
