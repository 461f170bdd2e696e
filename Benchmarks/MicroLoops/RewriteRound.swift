import CLinux
import Glibc
import LinuxSystem

/// One round of Swift against C: both in turn, in slices short against whatever else the machine does.
package struct RewriteRound: Sendable {
  /// Of the thread's own CPU time.
  package private(set) var swiftNanosecondsPerFrame = 0.0
  package private(set) var cNanosecondsPerFrame = 0.0

  /// Below 1: Swift takes less time than C.
  package var ratio: Double { swiftNanosecondsPerFrame / cNanosecondsPerFrame }

  /// Slices of each, and batches in one: 64,000 frames, some 0.3 ms, long against the clock's read.
  package static let slices = 4
  package static let batches = 1000

  /// Who begins changes from slice to slice.
  ///
  /// - Throws: `clock_gettime`; ``WrongFrames`` when a frame was refused or isn't what it should be: the time
  ///   of a wrong result is worth nothing.
  package init(_ loop: borrowing RewriteLoop) throws {
    var elapsed: [RewriteLoop.Language: Int64] = [:]
    for slice in 0..<Self.slices {
      for language in slice.isMultiple(of: 2) ? [RewriteLoop.Language.swift, .c] : [.c, .swift] {
        let start = try check("clock_gettime") { clinux_thread_cpu_ns(pthread_self()) }
        let reflected = loop.run(language, batches: Self.batches)
        elapsed[language, default: 0] += try check("clock_gettime") { clinux_thread_cpu_ns(pthread_self()) } - start
        guard reflected == Self.batches * FrameKind.batchLength else { throw WrongFrames(language: language) }
      }
    }
    guard loop.isRight(afterBatches: 0) else { throw WrongFrames(language: nil) }
    let frames = Double(Self.slices * Self.batches * FrameKind.batchLength)
    swiftNanosecondsPerFrame = Double(elapsed[.swift] ?? 0) / frames
    cNanosecondsPerFrame = Double(elapsed[.c] ?? 0) / frames
  }

  /// What was measured wasn't the work.
  package struct WrongFrames: Error {
    /// Who refused frames; nil: the frames are not what they were after an even number of reflections.
    let language: RewriteLoop.Language?
  }
}
