import ReflectorCore
import Testing

@testable import ReflectorPlot

@Suite("Axes and their ticks")
struct AxisTests {
  @Test("linear ticks are round")
  func linear() {
    #expect(Ticks.linear(from: 0, to: 1170) == [0, 200, 400, 600, 800, 1000, 1200])
    #expect(Ticks.linear(from: 0, to: 1200).last == 1200)
    #expect(Ticks.linear(from: -3, to: 4.1).first == -4)
    #expect(Ticks.linear(from: 0, to: 0.07).map(NumberText.tick) == ["0", "0.02", "0.04", "0.06", "0.08"])
  }

  @Test("powers of two, and fewer of them where there are many")
  func powersOfTwo() {
    #expect(Ticks.powersOfTwo(from: 1, to: 128) == [1, 2, 4, 8, 16, 32, 64, 128])
    #expect(Ticks.powersOfTwo(from: 64, to: 1514) == [64, 128, 256, 512, 1024, 2048])
    let many = Ticks.powersOfTwo(from: 1, to: 1e12)
    #expect(many.count <= 13 && many[1] == 16)
  }

  @Test("decades, with 2 and 5 where there is room")
  func decades() {
    #expect(Ticks.decades(from: 1.5, to: 30) == [1, 2, 5, 10, 20, 50])
    #expect(Ticks.decades(from: 3, to: 4e5) == [1, 10, 100, 1000, 10_000, 100_000, 1_000_000])
  }

  @Test("any range has two ticks at least, few, ascending, with the range between them")
  func anyRange() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<20_000 {
      let scale = [PlotScale.linear, .log2, .log10].randomElement(using: &random) ?? .linear
      var values = [Double]()
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let exponent = Double.random(in: -60...60, using: &random)
        values.append(
          (Bool.random(using: &random) || scale != .linear ? 1 : -1) * Double.random(in: 1..<2, using: &random)
            * .exp2(exponent))
      }
      if Bool.random(using: &random), let value = values.first {
        values.append(value * (1 + Double.random(in: 0...1e-12, using: &random)))
      }
      let axis = Axis(scale, covering: values, fromZero: Bool.random(using: &random))
      #expect((2...14).contains(axis.ticks.count), "seed \(seed): \(scale) \(values) \(axis.ticks)")
      #expect(
        zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed): \(scale) \(values) \(axis.ticks)"
      )
      for value in values where scale.distance(value) != nil {
        let place = axis.position(of: value)
        #expect(place.map { (-0.001...1.001).contains($0) } == true, "seed \(seed): \(scale) \(values) \(axis.ticks)")
      }
    }
  }

  @Test("equal steps of a scale are equal on paper")
  func positions() throws {
    let axis = Axis(.log2, covering: [1, 16])
    #expect(axis.position(of: 4) == 0.5)
    #expect(axis.position(of: 0) == nil && axis.position(of: .nan) == nil && axis.position(of: .infinity) == nil)
    #expect(Axis(.linear, covering: [30, 40], fromZero: true).position(of: 0) == 0)
    #expect(try #require(Axis(.linear, covering: [30, 40]).position(of: 30)) == 0)
  }

  @Test(
    "numbers as people write them",
    arguments: [
      (0, "0"), (0.05, "0.05"), (1024, "1,024"), (999_999, "999,999"), (2_500_000, "2.5 M"), (-1500, "-1,500"),
      (1e-7, "1e-7"), (3e9, "3 G"), (12.125, "12.125"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) {
    #expect(NumberText.tick(value) == text)
  }

  @Test(
    "coordinates to a tenth", arguments: [(0.04, "0"), (-0.05, "-0.1"), (12, "12"), (12.26, "12.3"), (-3.5, "-3.5")])
  func coordinates(value: Double, text: String) {
    #expect(NumberText.coordinate(value) == text)
  }
}

extension Double {
  fileprivate static func exp2(_ exponent: Double) -> Double {
    Double(sign: .plus, exponent: Int(exponent.rounded(.down)), significand: 1)
  }
}
