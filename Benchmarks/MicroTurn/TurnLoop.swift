import AFXDP
import CFakeCalls
import CLinux
import CMicro
import CReflectorABI
import MicroLoops
import ReflectorCore
import ReflectorEngine

/// The worker as it ships, thread and all, on a socket whose system calls are answered in this program: what
/// a frame costs in user space from the RX ring to the TX ring and from the completion ring to the fill ring.
///
/// Between two sections frames are put back by moving indices. A section is the way of half of the UMEM's frames
/// through turns of a batch, and the one turn that finds nothing more. Half of them: in zero-copy the others are on
/// the completion ring when these arrive.
package struct TurnLoop: Sendable {
  package var bindMode: BindMode
  package var kind: FrameKind
  /// Chunks of the UMEM, and entries of each ring: a power of two, 128…65536. With 128 a section is one batch and
  /// the headers stay in the second-level cache; with the 4096 that are the default they don't.
  package var chunks: UInt32 = 4096
  /// An even number.
  package var sections = 400

  package init(_ bindMode: BindMode, _ kind: FrameKind) {
    self.bindMode = bindMode
    self.kind = kind
  }

  /// What was measured.
  package struct Figures: Sendable {
    /// Of the counter (on x86 the TSC) a frame, one for each section.
    package let ticksPerFrame: [Double]
    /// System calls that sent, and what of the figures is the answering's own.
    package let kicks: UInt64
    package let fakeTicksPerFrame: Double
    /// Of memory, by the worker's thread.
    package let allocations: UInt64
  }

  package enum Failure: Error {
    /// Frames that aren't what they should be, or descriptors on the TX ring.
    case wrong(Int)
  }

  /// Runs the worker; some 20 µs a section.
  ///
  /// - Throws: what opening the socket and starting the thread throw; ``Failure`` when the work was not done.
  package func run() throws -> Figures {
    precondition(sections.isMultiple(of: 2), "a frame out of two is reflected once more")
    let window = chunks / 2
    let frames = try kind.batch()
    let ticks = UnsafeMutablePointer<UInt64>.allocate(capacity: sections)
    ticks.initialize(repeating: 0, count: sections)
    defer { ticks.deallocate() }
    let slot = UnsafeMutablePointer<reflector_worker>.allocate(capacity: 1)
    slot.initialize(to: reflector_worker())
    defer { slot.deallocate() }

    let worker = try withFrames(frames.map(\.bytes)) { frames in
      var plan = cfakecalls_plan(
        frames: frames.baseAddress, frame_count: frames.count, window: window, sections: sections, ticks: ticks)
      cfakecalls_prepare(&plan)
      return try WorkerThread.start(try open(), reflecting: .all, counters: slot)
    }
    cfakecalls_wait()
    worker.requestStop()
    worker.join()
    // The socket is closed with the handle.
    defer { withExtendedLifetime(worker) { cfakecalls_forget() } }
    // Two sections take every frame once.
    let expected = frames.map { (sections / 2).isMultiple(of: 2) ? $0.bytes : $0.reflected(.all).bytes }
    let wrong = withFrames(expected) { cfakecalls_wrong($0.baseAddress) }
    guard wrong == 0 else { throw Failure.wrong(wrong) }
    let kicks = cfakecalls_kicks()
    return Figures(
      ticksPerFrame: (0..<sections).map { Double(ticks[$0]) / Double(window) }, kicks: kicks,
      fakeTicksPerFrame: fakeTicks(kicks: kicks), allocations: cfakecalls_allocations())
  }

  private func open() throws -> XSK<LinuxKernel> {
    var configuration = XSKConfiguration(interfaceIndex: 1, queue: 0)
    configuration.bindMode = bindMode
    configuration.frames = chunks
    return try XSK.open(configuration)
  }

  /// In zero-copy no call sends: the driver is another core.
  private func fakeTicks(kicks: UInt64) -> Double {
    guard kicks > 0 else { return 0 }
    let calls = 100_000
    let ticks = cfakecalls_own_ticks(calls, UInt32(FrameKind.batchLength))
    return Double(ticks) / Double(calls * FrameKind.batchLength)
  }

  private func withFrames<Result>(
    _ frames: [[UInt8]], _ body: (UnsafeBufferPointer<cfakecalls_frame>) throws -> Result
  ) rethrows -> Result {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: frames.reduce(0) { $0 + $1.count })
    defer { bytes.deallocate() }
    _ = bytes.initialize(from: frames.joined())
    var list: [cfakecalls_frame] = []
    var offset = 0
    for frame in frames {
      list.append(
        cfakecalls_frame(bytes: bytes.baseAddress.map { UnsafePointer($0 + offset) }, length: UInt32(frame.count)))
      offset += frame.count
    }
    return try list.withUnsafeBufferPointer(body)
  }
}
