import CLinux
import LinuxSystem

/// The memory that one socket's frames lie in, shared with the kernel.
///
/// Invariants:
/// - `frames` chunks of `chunkSize` bytes, both powers of two, one after the other from `base` on. The
///   kernel knows it in aligned mode and without headroom of ours.
/// - One queue, one socket, one UMEM: nobody else's frames are here.
/// - The bytes of a frame are lent for the length of a call, and only after ``contains(_:)`` said that
///   they are inside one chunk.
@usableFromInline
package struct UMEM: ~Copyable, Sendable {
  @usableFromInline package let frames: UInt32
  @usableFromInline package let chunkSize: ChunkSize
  @usableFromInline package let pages: UMEMPages
  @usableFromInline package let mapping: Mapping
  @usableFromInline package let byteCount: UInt64
  @usableFromInline package let chunkMask: UInt64
  @usableFromInline package let chunkShift: UInt64

  /// Maps the memory and has every page present before anything else happens.
  ///
  /// - Throws: the `mmap` that failed. Huge pages that can't be had are no error but told by `pages`.
  init(_ configuration: XSKConfiguration, kernel: some XSKKernel) throws(SystemCallError) {
    let byteCount = Int(configuration.frames) * Int(configuration.chunkSize.rawValue)
    self.init(
      try Self.map(byteCount, configuration, kernel), frames: configuration.frames, chunkSize: configuration.chunkSize)
  }

  init(_ memory: consuming Memory, frames: UInt32, chunkSize: ChunkSize) {
    self.frames = frames
    self.chunkSize = chunkSize
    pages = memory.pages
    byteCount = UInt64(frames) * UInt64(chunkSize.rawValue)
    chunkMask = UInt64(chunkSize.rawValue) - 1
    chunkShift = UInt64(chunkSize.rawValue.trailingZeroBitCount)
    mapping = memory.mapping
  }

  /// The chunk that the address lies in.
  @inlinable
  package func chunk(at address: UInt64) -> UInt32? {
    guard address < byteCount else { return nil }
    return UInt32(truncatingIfNeeded: address >> chunkShift)
  }

  /// Whether the frame's bytes are inside one chunk: what the kernel says is checked before it is used.
  @inlinable
  package func contains(_ frame: borrowing Frame) -> Bool {
    frame.address < byteCount && (frame.address & chunkMask) + UInt64(frame.length) <= chunkMask + 1
  }

  /// The same of a descriptor that wasn't taken yet.
  @inlinable
  package func contains(_ descriptor: xdp_desc) -> Bool {
    descriptor.addr < byteCount && (descriptor.addr & chunkMask) + UInt64(descriptor.len) <= chunkMask + 1
  }

  /// Lends the bytes of a frame for the length of the call.
  ///
  /// The one place where an address becomes a pointer. Traps on a frame that ``contains(_:)`` refuses.
  @inlinable
  package func withBytes<Result>(
    of frame: borrowing Frame, _ body: (inout MutableRawSpan) -> Result
  ) -> Result {
    precondition(contains(frame), "frame outside of its chunk")
    let start = mapping.base + Int(truncatingIfNeeded: frame.address)
    let bytes = UnsafeMutableRawBufferPointer(start: start, count: Int(frame.length))
    var span = bytes.mutableBytes
    return body(&span)
  }

  /// Asks the processor to have the frame's headers at hand soon. Any address will do: a wrong one
  /// fetches nothing and faults nothing.
  @inlinable
  package func prefetch(_ address: UInt64) {
    clinux_prefetch(UnsafeRawPointer(bitPattern: Int(bitPattern: mapping.base) &+ Int(truncatingIfNeeded: address)))
  }
}
