import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Memory laid out as a UMEM is: page-aligned chunks of 4096 bytes, each frame behind the headroom that
/// the kernel keeps for XDP.
///
/// The layout matters: with every frame at the same place in its page, the frames of a batch compete for
/// the same few sets of the first-level cache, as they do in the real thing.
struct ChunkArea: ~Copyable {
  static let chunk = 4096
  static let headroom = 256  // XDP_PACKET_HEADROOM

  /// Page-aligned, readable and writable, valid while this lives.
  let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Touched at once (MAP_POPULATE): page faults are no part of what is measured.
  init(chunks: Int) throws(SystemCallError) {
    byteCount = chunks * Self.chunk
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | CInt(0x8000)  // MAP_POPULATE
    let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw SystemCallError("mmap", .current) }
    base = mapped
  }

  deinit {
    munmap(base, byteCount)
  }

  /// The descriptor of a frame that starts behind the headroom of a chunk.
  static func descriptor(chunk index: Int, length: Int) -> xdp_desc {
    xdp_desc(addr: UInt64(index * chunk + headroom), len: UInt32(length), options: 0)
  }

  /// Puts a frame where its descriptor points.
  func write(_ bytes: [UInt8], at descriptor: xdp_desc) {
    (base + Int(descriptor.addr)).copyMemory(from: bytes, byteCount: bytes.count)
  }

  /// A copy of the frame as it is now.
  func bytes(at descriptor: xdp_desc) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: base + Int(descriptor.addr), count: Int(descriptor.len)))
  }
}
