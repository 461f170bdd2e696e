import CLinux
import Glibc
import LinuxSystem
import ReflectorCore

/// The user-space work on a frame, alone: parse the headers and swap the addresses, over and over, hot.
///
/// The loop is the worker's without its rings: a descriptor, a span over the frame, the rewriting. The
/// memory comes from the kernel and is compared afterwards with what the frames must have become, so the
/// compiler can leave none of it out.
struct RewriteBenchmark: ~Copyable {
  /// What is done with each frame.
  enum Work: String, Sendable {
    /// One byte is changed: what the loop and the memory cost without any rewriting.
    case touch
    case reflect
  }

  private let area: ChunkArea
  private let descriptors: [xdp_desc]
  private let mix: FrameMix
  private let work: Work
  private let mode: ReflectMode

  init(_ mix: FrameMix, work: Work, mode: ReflectMode = .all) throws(SystemCallError) {
    area = try ChunkArea(chunks: mix.frames.count)
    descriptors = mix.frames.enumerated().map { ChunkArea.descriptor(chunk: $0, length: $1.length) }
    self.mix = mix
    self.work = work
    self.mode = mode
    for (descriptor, frame) in zip(descriptors, mix.frames) { area.write(frame.bytes, at: descriptor) }
  }

  /// One round: nanoseconds a frame over an even number of batches, after which every frame is as it was.
  func round(batches: Int) throws -> Double {
    precondition(batches.isMultiple(of: 2))
    // Of the thread's own CPU time: others' turns on this CPU don't count.
    let start = try check("clock_gettime") { clinux_thread_cpu_ns(pthread_self()) }
    let done = work == .touch ? touch(batches: batches) : reflect(batches: batches)
    let elapsed = try check("clock_gettime") { clinux_thread_cpu_ns(pthread_self()) } - start
    let frames = batches * descriptors.count
    guard done == frames else { throw BenchError.wrongRewriting("\(frames - done) frames were refused") }
    for (descriptor, frame) in zip(descriptors, mix.frames) where area.bytes(at: descriptor) != frame.bytes {
      throw BenchError.wrongRewriting("two reflections changed a frame (\(mix.name))")
    }
    return Double(elapsed) / Double(frames)
  }

  /// One batch, and each frame compared with one that was made anew, with its addresses swapped.
  func checkOnce() throws {
    _ = reflect(batches: 1)
    for (descriptor, frame) in zip(descriptors, mix.frames)
    where area.bytes(at: descriptor) != frame.reflected(mode).bytes {
      throw BenchError.wrongRewriting("a reflected frame is not what it should be (\(mix.name))")
    }
    _ = reflect(batches: 1)
  }

  @inline(never)
  private func reflect(batches: Int) -> Int {
    let base = area.base
    let mode = mode
    var reflected = 0
    descriptors.withUnsafeBufferPointer { descriptors in
      for _ in 0..<batches {
        for descriptor in descriptors {
          var frame = MutableRawSpan(
            _unsafeStart: base + Int(truncatingIfNeeded: descriptor.addr),
            byteCount: Int(truncatingIfNeeded: descriptor.len))
          if mode.reflect(&frame) { reflected &+= 1 }
        }
      }
    }
    return reflected
  }

  @inline(never)
  private func touch(batches: Int) -> Int {
    let base = area.base
    var touched = 0
    descriptors.withUnsafeBufferPointer { descriptors in
      for _ in 0..<batches {
        for descriptor in descriptors {
          let byte = base + Int(truncatingIfNeeded: descriptor.addr)
          byte.storeBytes(of: ~byte.load(as: UInt8.self), as: UInt8.self)
          touched &+= 1
        }
      }
    }
    return touched
  }
}
