import CLinux
import CMicro
import Glibc
import LinuxSystem
import ReflectorCore

/// Parse and rewrite alone, hot: in Swift, and the same loop in C, over the same frames in the same memory.
///
/// The loop is the worker's without its rings: a descriptor, a span over the frame, the rewriting. The memory
/// is laid out as a UMEM is: with every frame at the same place in its page, the frames of a batch compete
/// for the same few sets of the first-level cache, as they do in the real thing. It comes from the kernel and
/// is compared afterwards with what the frames must have become, so neither compiler can leave any of it out.
package struct RewriteLoop: ~Copyable {
  package enum Language: Sendable, CaseIterable {
    case swift
    case c
  }

  private static let chunk = 4096
  private static let headroom = 256  // XDP_PACKET_HEADROOM

  /// Page-aligned, readable and writable, valid while this lives.
  private let area: UnsafeMutableRawPointer
  private let descriptors: [xdp_desc]
  private let frames: [TestFrame]
  private let mode: ReflectMode

  /// - Throws: `mmap`.
  package init(_ frames: [TestFrame], mode: ReflectMode = .all) throws(SystemCallError) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | CInt(MAP_POPULATE)
    let mapped = mmap(nil, frames.count * Self.chunk, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw SystemCallError("mmap", .current) }
    area = mapped
    self.frames = frames
    self.mode = mode
    descriptors = frames.enumerated().map { index, frame in
      xdp_desc(addr: UInt64(index * Self.chunk + Self.headroom), len: UInt32(frame.length), options: 0)
    }
    for (descriptor, frame) in zip(descriptors, frames) {
      (area + Int(descriptor.addr)).copyMemory(from: frame.bytes, byteCount: frame.length)
    }
  }

  deinit {
    munmap(area, frames.count * Self.chunk)
  }

  /// The frames as they are now.
  package var bytes: [[UInt8]] {
    descriptors.map { Array(UnsafeRawBufferPointer(start: area + Int($0.addr), count: Int($0.len))) }
  }

  /// What they have to be after so many batches.
  package func isRight(afterBatches batches: Int) -> Bool {
    bytes == frames.map { batches.isMultiple(of: 2) ? $0.bytes : $0.reflected(mode).bytes }
  }

  /// Reflects every frame so many times.
  ///
  /// - Returns: frames that were not refused.
  package func run(_ language: Language, batches: Int) -> Int {
    switch language {
    case .swift: reflect(batches: batches)
    case .c:
      descriptors.withUnsafeBufferPointer { descriptors in
        cmicro_reflect(area, descriptors.baseAddress, descriptors.count, batches, cMode)
      }
    }
  }

  private var cMode: cmicro_mode {
    switch mode {
    case .mac: CMICRO_MAC
    case .macIP: CMICRO_MAC_IP
    case .all: CMICRO_ALL
    }
  }

  @inline(never)
  private func reflect(batches: Int) -> Int {
    let base = area
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
}
