import AFXDP
import Benchmark
import MicroLoops
import MicroTurn
import ReflectorCore

/// Whole numbers are what the package keeps, so nanoseconds come as picoseconds and a ratio in thousandths.
extension BenchmarkMetric {
  static let swift = BenchmarkMetric.custom("Swift, ps a frame", useScalingFactor: false)
  static let c = BenchmarkMetric.custom("C, ps a frame", useScalingFactor: false)
  static let ratio = BenchmarkMetric.custom("Swift to C, thousandths", useScalingFactor: false)
  static let turn = BenchmarkMetric.custom("a turn, ps a frame", useScalingFactor: false)
  static let ticks = BenchmarkMetric.custom("a turn, thousandths of a tick a frame", useScalingFactor: false)
  static let allocations = BenchmarkMetric.custom("a turn, allocations", useScalingFactor: false)
}

/// So many samples at most of just these, in whole numbers.
private func samples(_ count: Int, of metrics: [BenchmarkMetric]) -> Benchmark.Configuration {
  var units: [BenchmarkMetric: BenchmarkUnits] = [:]
  for metric in metrics { units[metric] = .count }
  return Benchmark.Configuration(metrics: metrics, units: units, maxDuration: .seconds(2), maxIterations: count)
}

/// What user space costs a frame. Each sample is a round: see ``RewriteRound`` and ``TurnLoop``.
let benchmarks: @Sendable () -> Void = {
  for kind in FrameKind.allCases {
    Benchmark("parse and rewrite: \(kind.rawValue)", configuration: samples(101, of: [.swift, .c, .ratio])) {
      benchmark in
      // Made anew for each round, so that no kind keeps a lucky placement of its pages.
      let round = try RewriteRound(try RewriteLoop(try kind.batch()))
      benchmark.measurement(.swift, Int(1000 * round.swiftNanosecondsPerFrame))
      benchmark.measurement(.c, Int(1000 * round.cNanosecondsPerFrame))
      benchmark.measurement(.ratio, Int(1000 * round.ratio))
    }
  }
  let ticksPerNanosecond = TickRate.measure()
  for bindMode in BindMode.allCases {
    for chunks in [128, 4096] as [UInt32] {
      for kind in FrameKind.allCases {
        Benchmark(
          "worker's turn: \(bindMode), \(chunks) chunks, \(kind.rawValue)",
          configuration: samples(31, of: [.turn, .ticks, .allocations])
        ) { benchmark in
          var loop = TurnLoop(bindMode, kind)
          loop.chunks = chunks
          let figures = try loop.run()
          // The middle of the round's sections: what else ran on this CPU shows in few of them.
          let ticks = Quartiles(figures.ticksPerFrame).median - figures.fakeTicksPerFrame
          benchmark.measurement(.turn, Int(1000 * ticks / ticksPerNanosecond))
          benchmark.measurement(.ticks, Int(1000 * ticks))
          benchmark.measurement(.allocations, Int(figures.allocations))
        }
      }
    }
  }
}
