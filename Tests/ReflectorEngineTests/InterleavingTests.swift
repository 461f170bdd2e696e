import AFXDP
import FakeKernel
import SystemPackage
import Testing

@testable import ReflectorEngine

/// The worker against a kernel that does what it likes between the turns.
///
/// Every turn of a debug build checks the census; here the kernel's own books are compared with it as
/// well, and in the end every frame has left exactly once or is counted by name.
@Suite struct InterleavingTests {
  /// Times 50 turns each: 20,000 interleavings a run.
  private static let worlds = 400

  @Test(arguments: [1, 31, 32, 33, 64, 65] as [UInt32], [false, true])
  func theCensusHolds(batch: UInt32, multiBuffer: Bool) throws {
    let base = UInt64.random(in: 0...UInt64(UInt32.max))
    print(
      "census under random interleavings: batch \(batch), chains \(multiBuffer), seeds \(base)...\(base + UInt64(Self.worlds / 6))"
    )
    for seed in base...base + UInt64(Self.worlds / 6) {
      var world = try World(seed: seed, batch: batch, multiBuffer: multiBuffer)
      for _ in 0..<50 { try world.step() }
      try world.settle()
    }
  }
}

private struct World: ~Copyable {
  let seed: UInt64
  let multiBuffer: Bool
  let kernel = FakeKernel()
  let slot = Slot()
  var random: SplitMix64
  var worker: QueueWorker<FakeKernel, Inverting>
  var delivered: UInt32 = 0
  var unreflectable: UInt64 = 0
  /// Chains that are too long, or have a descriptor that is empty.
  var invalid: UInt64 = 0

  init(seed: UInt64, batch: UInt32, multiBuffer: Bool) throws {
    self.seed = seed
    self.multiBuffer = multiBuffer
    random = SplitMix64(seed: seed)
    kernel.startIndex = [0, .max - 3, .max - 40].randomElement(using: &random)!
    kernel.completesAtOnce = Bool.random(using: &random)
    kernel.kickBudget = [1, 7, 32, 4096].randomElement(using: &random)!
    worker = try makeWorker(
      kernel, slot,
      configuration(
        frames: [64, 128].randomElement(using: &random)!, txEntries: [nil, 2, 16].randomElement(using: &random)!,
        rxEntries: [nil, 4, 32].randomElement(using: &random)!,
        bindMode: BindMode.allCases.randomElement(using: &random)!, multiBuffer: multiBuffer),
      batch: batch)
  }

  /// The kernel does a few things, then the worker takes a turn.
  mutating func step() throws {
    for _ in 0..<Int.random(in: 0...4, using: &random) { act() }
    _ = worker.turn(probing: Bool.random(using: &random))
    try compareBooks()
  }

  private mutating func act() {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: kernel.takeFill(Int.random(in: 0...64, using: &random))
    case 1...3:
      for _ in 0..<[1, 31, 32, 33, 64, 65].randomElement(using: &random)! { receive() }
    case 4: kernel.complete(Int.random(in: 0...40, using: &random))
    case 5:
      kernel.kickScript = (0..<3).map { _ in
        [nil, .resourceBusy, .resourceTemporarilyUnavailable, .noBufferSpace].randomElement(using: &random)!
      }
    case 6: kernel.condition = [nil, nil, .networkDown].randomElement(using: &random)!
    default: kernel.tx?.needsWakeup = worker.xsk.bindMode == .copy || Bool.random(using: &random)
    }
  }

  /// Descriptors of frame number `n`: mostly few, and never too many for the smallest of the rings.
  private static func parts(_ n: UInt32) -> Int { [1, 1, 2, 1, 2][Int(n % 5)] }

  private mutating func receive() {
    if multiBuffer {
      receiveChain()
    } else if Int.random(in: 0..<16, using: &random) == 0 {
      if kernel.deliver([UInt8](repeating: 0xff, count: 60)) { unreflectable += 1 }
    } else if kernel.deliver(numbered(delivered)) {
      delivered += 1
    }
  }

  private mutating func receiveChain() {
    let parts = Self.parts(delivered)
    switch Int.random(in: 0..<24, using: &random) {
    case 0:
      let first = [UInt8](repeating: 0xff, count: 60)
      if kernel.deliver(chain: [first] + chain(0, parts).dropFirst()) { unreflectable += 1 }
    case 1: if kernel.deliver(chain: chain(0, parts) + [[]]) { invalid += 1 }
    // None of the rings here is as long.
    case 2: if kernel.deliver(chain: chain(0, 20)) { invalid += 1 }
    default: if kernel.deliver(chain: chain(delivered, parts)) { delivered += 1 }
    }
  }

  /// Every chunk is in exactly one place, by the kernel's own count.
  private func compareBooks() throws {
    let here = "seed \(seed)"
    #expect(kernel.complaints.isEmpty, "\(here)")
    #if DEBUG
      let census = worker.xsk.rings.census()
      try #require(census.balances, "\(here): \(census)")
      try #require(
        census.kernelRX == kernel.held.count
          && census.inFlight == kernel.inFlight.count + kernel.started.addresses.count, "\(here): \(census)")
      try #require(census.fill == Int(kernel.fill?.count ?? 0) && census.invalid == 0, "\(here): \(census)")
    #endif
    let tally = slot.tally
    try #require(
      tally.received == tally.reflected + tally.rejectedNotReflectable + tally.rejectedInvalidDescriptor
        && tally.completed <= tally.reflected && tally.refused <= tally.completed, "\(here): \(tally)")
  }

  /// The kernel becomes a good one. Then everything leaves, once, in order.
  mutating func settle() throws {
    kernel.kickScript = []
    kernel.condition = nil
    kernel.tx?.needsWakeup = true
    kernel.completesAtOnce = true
    for _ in 0..<400 { _ = worker.turn(probing: true) }
    try compareBooks()
    let tally = slot.tally
    let numbers = try multiBuffer ? numbersSent(kernel, parts: Self.parts) : numbersSent(kernel)
    try #require(Set(numbers).count == numbers.count, "seed \(seed): a frame left twice")
    try #require(numbers == numbers.sorted(), "seed \(seed): frames overtook each other")
    try #require(numbers.count + kernel.refusedFrames == Int(delivered), "seed \(seed)")
    try #require(tally.reflected == UInt64(delivered) && tally.completed == tally.reflected, "seed \(seed): \(tally)")
    try #require(tally.refused == UInt64(kernel.refusedFrames), "seed \(seed): \(tally)")
    try #require(tally.rejectedNotReflectable == unreflectable, "seed \(seed): \(tally)")
    try #require(tally.rejectedInvalidDescriptor == invalid, "seed \(seed): \(tally)")
  }
}
