import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Getting the memory: on the wanted node, present, in huge pages if they can be had.
extension UMEM {
  struct Memory: ~Copyable {
    let mapping: Mapping
    let pages: UMEMPages
  }

  private static let hugePageBytes = 2 << 20

  static func map(
    _ byteCount: Int, _ configuration: XSKConfiguration, _ kernel: some XSKKernel
  ) throws(SystemCallError) -> Memory {
    let node = configuration.numaNode
    guard configuration.hugePages else {
      return Memory(mapping: try mapSmall(byteCount, node, kernel), pages: .small)
    }
    do throws(SystemCallError) {
      return Memory(mapping: try mapHuge(byteCount, node, kernel), pages: .huge)
    } catch {
      return Memory(mapping: try mapSmall(byteCount, node, kernel), pages: .smallInsteadOfHuge(error))
    }
  }

  private static func mapSmall(
    _ byteCount: Int, _ node: Int?, _ kernel: some XSKKernel
  ) throws(SystemCallError) -> Mapping {
    let address = try check("mmap UMEM") {
      kernel.map(byteCount: byteCount, flags: anonymous, descriptor: -1, offset: 0)
    }
    let mapping = Mapping(address: address, byteCount: byteCount)
    try place(mapping, node, kernel)
    return mapping
  }

  /// Whole huge pages, aligned by `mmap` itself. `mmap` reserves them, so a lack shows here and not as
  /// a SIGBUS later.
  private static func mapHuge(
    _ byteCount: Int, _ node: Int?, _ kernel: some XSKKernel
  ) throws(SystemCallError) -> Mapping {
    let rounded = (byteCount + hugePageBytes - 1) & ~(hugePageBytes - 1)
    let flags = anonymous | CInt(MAP_HUGETLB) | CInt(21 << MAP_HUGE_SHIFT)
    let address = try check("mmap UMEM MAP_HUGETLB") {
      kernel.map(byteCount: rounded, flags: flags, descriptor: -1, offset: 0)
    }
    let mapping = Mapping(address: address, byteCount: rounded)
    try place(mapping, node, kernel)
    return mapping
  }

  private static var anonymous: CInt { CInt(MAP_PRIVATE) | CInt(MAP_ANONYMOUS) }

  /// The node first, then the first touch. (`MAP_POPULATE` would touch before a node can be named.)
  ///
  /// A node that can't be preferred makes the UMEM slower, not wrong, so that refusal is not an error.
  private static func place(
    _ mapping: borrowing Mapping, _ node: Int?, _ kernel: some XSKKernel
  ) throws(SystemCallError) {
    if let node {
      _ = kernel.preferNode(node, address: mapping.base, byteCount: mapping.byteCount)
    }
    let (base, byteCount) = (mapping.base, mapping.byteCount)
    do throws(SystemCallError) {
      try checkRetrying("madvise UMEM MADV_POPULATE_WRITE") { kernel.populate(base, byteCount: byteCount) }
    } catch  where error.errno == .invalidArgument {
      // Before 5.14. XDP_UMEM_REG pins every page, and so touches it, a moment later.
    }
  }
}
