import Testing

@testable import ReflectorEngine

@Suite struct SpinWindowTests {
  /// Frames with the same gap between them: how long the worker looks on before each one, at most `gap`.
  private func looks(_ window: inout SpinWindow, gap: Int64, frames: Int, from start: Int64 = 0) -> [Int64] {
    (0..<frames).map { frame in
      let began = start + Int64(frame) * gap
      var looked: Int64 = 0
      for now in stride(from: began, to: began + gap, by: 100) {
        guard window.isOpen(now: now) else { break }
        looked = now - began
      }
      window.frameCame(now: began + gap)
      return looked
    }
  }

  @Test func nothingIsSpentBeforeTheFirstGapIsKnown() {
    var window = SpinWindow(limit: 50_000)
    let looks = looks(&window, gap: 20_000, frames: 3)
    #expect(looks == [0, 19_900, 19_900])
  }

  @Test func sparseFramesCostLessAndLessAndThenNothing() {
    var window = SpinWindow(limit: 50_000)
    _ = looks(&window, gap: 20_000, frames: 2)
    let looks = looks(&window, gap: 1_000_000, frames: 8, from: 1_000_000)
    #expect(looks == [49_900, 24_900, 12_400, 6_200, 3_100, 1_500, 0, 0])
  }

  @Test func oneGapWithinTheLimitOpensItWhole() {
    var window = SpinWindow(limit: 50_000)
    _ = looks(&window, gap: 1_000_000, frames: 10)
    _ = looks(&window, gap: 50_000, frames: 1, from: 20_000_000)
    let looked = looks(&window, gap: 1_000_000, frames: 1, from: 30_000_000)
    #expect(looked == [49_900])
  }

  @Test func aGapThatIsALittleTooLongDoesNot() {
    var window = SpinWindow(limit: 50_000)
    _ = looks(&window, gap: 50_001, frames: 1)
    let looked = looks(&window, gap: 1_000_000, frames: 1, from: 1_000_000)
    #expect(looked == [0])
  }

  @Test func withoutALimitTheClockIsNeverAsked() {
    var window = SpinWindow(limit: 0)
    func clock() -> Int64 {
      Issue.record("the clock was asked")
      return 0
    }
    let isOpen = window.isOpen(now: clock())
    #expect(!isOpen)
    window.frameCame(now: clock())
  }

  @Test func framesWithoutAGapDoNotAskTheClock() {
    var window = SpinWindow(limit: 50_000)
    func clock() -> Int64 {
      Issue.record("the clock was asked")
      return 0
    }
    window.frameCame(now: clock())
    window.frameCame(now: clock())
  }
}
