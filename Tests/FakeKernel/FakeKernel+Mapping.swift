import CLinux
import Glibc

extension FakeKernel {
  package func map(byteCount: Int, flags: CInt, descriptor: CInt, offset: Int) -> Int {
    guard descriptor >= 0 else { return mapUMEM(byteCount: byteCount, isHuge: flags & CInt(MAP_HUGETLB) != 0) }
    if refuses("mmap \(Self.ringName(offset))") { return -1 }
    let address = memory.map(byteCount: byteCount)
    guard address != -1, let base = UnsafeMutableRawPointer(bitPattern: address) else { return -1 }
    let stride = offset == XDP_PGOFF_RX_RING || offset == XDP_PGOFF_TX_RING ? 16 : 8
    let size = UInt32((byteCount - Int(KernelRing.offsets.desc)) / stride)
    let ring = KernelRing(base, size: size, startingAt: startIndex)
    switch UInt64(offset) {
    case XDP_UMEM_PGOFF_FILL_RING: fill = ring
    case XDP_UMEM_PGOFF_COMPLETION_RING: completion = ring
    case UInt64(XDP_PGOFF_RX_RING): rx = ring
    case UInt64(XDP_PGOFF_TX_RING):
      tx = ring
      // What a ring that has been in use holds: descriptors whose options are stale.
      for index in 0..<size { ring.slot(xdp_desc.self, index).pointee = xdp_desc(addr: 7, len: 7, options: 7) }
    default: complaints.append("mmap at \(offset)")
    }
    return address
  }

  private static func ringName(_ offset: Int) -> String {
    switch UInt64(offset) {
    case XDP_UMEM_PGOFF_FILL_RING: "fill ring"
    case XDP_UMEM_PGOFF_COMPLETION_RING: "completion ring"
    case UInt64(XDP_PGOFF_RX_RING): "RX ring"
    default: "TX ring"
    }
  }

  private func mapUMEM(byteCount: Int, isHuge: Bool) -> Int {
    if refuses(isHuge ? "mmap UMEM MAP_HUGETLB" : "mmap UMEM") { return -1 }
    if isHuge && !hasHugePages {
      errno = ENOMEM
      return -1
    }
    let address = memory.map(byteCount: byteCount)
    if address != -1 {
      umem = UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: byteCount)
    }
    return address
  }
}
