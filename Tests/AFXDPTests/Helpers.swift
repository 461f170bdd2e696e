import CLinux
import FakeKernel
import Testing

@testable import AFXDP

/// A ring over plain memory, and the kernel's half of it.
func makeRing(
  size: UInt32, stride: Int, startingAt index: UInt32
) throws -> (memory: RingMemoryBox, kernel: KernelRing) {
  let byteCount = RingMemory.byteCount(offsets: KernelRing.offsets, size: size, stride: stride)
  let address = SharedMemory().map(byteCount: byteCount)
  try #require(address != -1)
  let mapping = Mapping(address: address, byteCount: byteCount)
  let kernel = KernelRing(mapping.base, size: size, startingAt: index)
  return (RingMemoryBox(RingMemory(mapping: mapping, offsets: KernelRing.offsets, size: size)), kernel)
}

/// Carries a `~Copyable` value out of a tuple.
final class RingMemoryBox {
  private var memory: RingMemory?

  init(_ memory: consuming RingMemory) {
    self.memory = consume memory
  }

  func take() throws -> RingMemory {
    guard let memory = memory.take() else { throw Taken() }
    return memory
  }

  struct Taken: Error {}
}

extension XSKConfiguration {
  static func small(frames: UInt32 = 64) -> XSKConfiguration {
    var configuration = XSKConfiguration(interfaceIndex: 3, queue: 1)
    configuration.frames = frames
    configuration.chunkSize = .bytes2048
    return configuration
  }
}
