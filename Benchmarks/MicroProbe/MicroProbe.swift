import AFXDP
import MicroLoops
import MicroTurn

/// One micro-benchmark by itself, without a benchmark package around it: for `perf`, `callgrind` and a debugger,
/// and for the tests, which run it because its system calls must not be theirs.
///
///     micro-probe rewrite swift|c|both ROUNDS
///     micro-probe turn copy|zero-copy CHUNKS SECTIONS
@main
struct MicroProbe {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("rewrite", 3): try rewrite(arguments[1], rounds: Int(arguments[2]) ?? 1)
    case ("turn", 4):
      try turn(
        arguments[1] == "copy" ? .copy : .zeroCopy, chunks: UInt32(arguments[2]) ?? 64, sections: Int(arguments[3]) ?? 1
      )
    default: print("usage: micro-probe rewrite swift|c|both ROUNDS | turn copy|zero-copy CHUNKS SECTIONS")
    }
  }

  private static func rewrite(_ language: String, rounds: Int) throws {
    for kind in FrameKind.allCases {
      let loop = try RewriteLoop(try kind.batch())
      guard language == "both" else {
        _ = loop.run(language == "c" ? .c : .swift, batches: 2 * rounds)
        continue
      }
      var figures: [RewriteRound] = []
      for _ in 0..<rounds { figures.append(try RewriteRound(loop)) }
      let swift = Quartiles(figures.map(\.swiftNanosecondsPerFrame))
      let c = Quartiles(figures.map(\.cNanosecondsPerFrame))
      print("\(kind.rawValue): Swift \(swift) ns, C \(c) ns, ratio \(Quartiles(figures.map(\.ratio)))")
    }
  }

  private static func turn(_ bindMode: BindMode, chunks: UInt32, sections: Int) throws {
    let rate = TickRate.measure()
    for kind in FrameKind.allCases {
      var loop = TurnLoop(bindMode, kind)
      loop.chunks = chunks
      loop.sections = sections
      let figures = try loop.run()
      let ticks = Quartiles(figures.ticksPerFrame.map { $0 - figures.fakeTicksPerFrame })
      print(
        "\(bindMode), \(chunks) chunks, \(kind.rawValue): \(ticks) ticks a frame,",
        "\(Quartiles(figures.ticksPerFrame.map { ($0 - figures.fakeTicksPerFrame) / rate })) ns;",
        "\(figures.kicks) kicks, \(figures.allocations) allocations")
    }
  }
}
