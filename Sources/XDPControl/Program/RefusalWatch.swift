import BPFCode
import CBPF
import LinuxSystem
import RefusalsProgram
import SystemPackage

/// Counts the frames of an interface that were sent back and that the driver didn't take, and those that another
/// CPU's queue didn't, into the map `refusals`, for as long as this lives.
///
/// Programs on the tracepoints `xdp:xdp_bulk_tx` and `xdp:xdp_exception`, or where frames are spread
/// `xdp:xdp_cpumap_enqueue`, `xdp:xdp_devmap_xmit` and `xdp:xdp_redirect_err`, by BPF links that nobody pins: they go
/// with the process, however it ends. Takes CAP_PERFMON beside CAP_BPF, and a kernel with BTF of its own (Linux
/// 5.5, CONFIG_DEBUG_INFO_BTF).
package struct RefusalWatch: ~Copyable {
  private let object: OpaquePointer
  private let links: [OpaquePointer]

  /// - Parameters:
  ///   - index: of the interface, in the namespace with that inode.
  ///   - spreads: whether frames are sent by other CPUs.
  ///   - maps: of the reflector. The kernel's programs hold the one that they write.
  package init(_ index: CInt, namespace: UInt64, spreads: Bool, maps: ReflectorMaps) throws(LoadError) {
    let (result, messages) = LibbpfLog.capture { () throws(SystemCallError) in
      let object = try Self.open()
      do throws(SystemCallError) {
        try Self.choose(of: object, spreads: spreads)
        let watched = Watched(
          index: index, namespace: UInt32(truncatingIfNeeded: namespace), cpumap: try maps.cpus?.id ?? 0)
        try Self.load(object, watched, maps)
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
    let cpumap: UInt32
  }

  private static let programs = (
    direct: ["count_bulk", "count_exception"],
    spread: ["count_enqueue", "count_transmit", "count_redirect"]
  )

  /// A tracepoint that isn't needed needn't be there.
  private static func choose(of object: OpaquePointer, spreads: Bool) throws(SystemCallError) {
    for name in spreads ? programs.direct : programs.spread {
      try check("leave out program \(name)") {
        bpf_program__set_autoload(bpf_object__find_program_by_name(object, name), false)
      }
    }
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
    try check("reuse map \(map.name)") {
      bpf_map__reuse_fd(bpf_object__find_map_by_name(object, map.name), map.descriptor)
    }
    try check("bpf BPF_PROG_LOAD") { bpf_object__load(object) }
  }

  private static func attach(_ object: OpaquePointer) throws(SystemCallError) -> [OpaquePointer] {
    var links: [OpaquePointer] = []
    var program = bpf_object__next_program(object, nil)
    while let next = program {
      program = bpf_object__next_program(object, next)
      guard bpf_program__autoload(next) else { continue }
      guard let link = bpf_program__attach(next) else {
        let error = Errno.current
        for link in links { bpf_link__destroy(link) }
        throw SystemCallError("attach \(String(cString: bpf_program__name(next)))", error)
      }
      links.append(link)
    }
    return links
  }
}
