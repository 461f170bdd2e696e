import BPFCode
import CBPF
import LinuxSystem
import RefusalsProgram
import SystemPackage

/// Counts the frames of an interface that were sent back by XDP_TX and that the driver didn't take, into the
/// map `refusals`, for as long as this lives.
///
/// Programs on the tracepoints `xdp:xdp_bulk_tx` and `xdp:xdp_exception`, by BPF links that nobody pins: they go
/// with the process, however it ends. Takes CAP_PERFMON beside CAP_BPF, and a kernel with BTF of its own (Linux
/// 5.5, CONFIG_DEBUG_INFO_BTF).
package struct RefusalWatch: ~Copyable {
  private let object: OpaquePointer
  private let links: [OpaquePointer]

  /// - Parameters:
  ///   - index: of the interface, in the namespace with that inode.
  ///   - maps: of the reflector. The kernel's programs hold the one that they write.
  package init(_ index: CInt, namespace: UInt64, maps: ReflectorMaps) throws(LoadError) {
    let (result, messages) = LibbpfLog.capture { () throws(SystemCallError) in
      let object = try Self.open()
      do throws(SystemCallError) {
        try Self.load(object, Watched(index: index, namespace: UInt32(truncatingIfNeeded: namespace)), maps)
        return (object, try Self.attach(object))
      } catch {
        bpf_object__close(object)
        throw error
      }
    }
    switch result {
    case .failure(let error): throw LoadError(cause: error, messages: messages)
    case .success(let (object, links)):
      self.object = object
      self.links = links
    }
  }

  deinit {
    for link in links { bpf_link__destroy(link) }
    bpf_object__close(object)
  }

  /// The constant `watched` of the program.
  private struct Watched {
    let index: CInt
    let namespace: UInt32
  }

  private static func open() throws(SystemCallError) -> OpaquePointer {
    let object = refusalsObject.withBytes { bpf_object__open_mem($0.baseAddress, $0.count, nil) }
    guard let object else { throw SystemCallError("open BPF object", .current) }
    return object
  }

  private static func load(
    _ object: OpaquePointer, _ watched: Watched, _ maps: ReflectorMaps
  ) throws(SystemCallError) {
    var watched = watched
    try check("set watched") {
      bpf_map__set_initial_value(
        bpf_object__find_map_by_name(object, ".rodata"), &watched, MemoryLayout<Watched>.size)
    }
    let map = maps.refusals
    try check("reuse map \(map.name.rawValue)") {
      bpf_map__reuse_fd(bpf_object__find_map_by_name(object, map.name.rawValue), map.descriptor)
    }
    try check("bpf BPF_PROG_LOAD") { bpf_object__load(object) }
  }

  private static func attach(_ object: OpaquePointer) throws(SystemCallError) -> [OpaquePointer] {
    var links: [OpaquePointer] = []
    var program = bpf_object__next_program(object, nil)
    while let next = program {
      guard let link = bpf_program__attach(next) else {
        let error = Errno.current
        for link in links { bpf_link__destroy(link) }
        throw SystemCallError("attach \(String(cString: bpf_program__name(next)))", error)
      }
      links.append(link)
      program = bpf_object__next_program(object, next)
    }
    return links
  }
}
