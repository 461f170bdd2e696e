import BPFCode
import CBPF
import CReflectorABI
import LinuxSystem
import ReflectorProgram
import SystemPackage

/// The XDP program of a datapath and its maps, loaded into the kernel and attached to nothing.
///
/// Owns the libbpf object: program and maps live until this ends, and after that for as long as a pin, a
/// link or another process holds them. Needs CAP_BPF and CAP_NET_ADMIN; Linux 5.9 for the link,
/// 5.5 for the memory-mapped arrays.
package struct ReflectorObject: ~Copyable {
  private let object: OpaquePointer
  /// Of the one program that was loaded; closed with the object.
  package let programDescriptor: CInt
  /// libbpf's own messages of a load that succeeded, for the debug log.
  package let messages: [LibbpfLog.Line]

  /// Loads the embedded program with room for `queues` queues in the per-queue maps.
  ///
  /// - Parameter multiBuffer: for frames in several parts, Linux 5.18 (BPF_F_XDP_HAS_FRAGS).
  /// - Throws: ``LoadError``, with the verifier's words if it was the verifier that refused.
  package init(_ program: DatapathProgram = .xsk, queues: Int, multiBuffer: Bool = false) throws(LoadError) {
    try self.init(program, multiBuffer) { (object) throws(SystemCallError) in try Self.size(object, queues: queues) }
  }

  /// Loads a second instance of the program over the maps of the first: another program to the kernel, with another
  /// id, that does and counts the same.
  ///
  /// - Parameter multiBuffer: as with the first, or a driver may not take the one in the other's place.
  package init(
    _ program: DatapathProgram = .xsk, sharing maps: ReflectorMaps, multiBuffer: Bool = false
  ) throws(LoadError) {
    try self.init(program, multiBuffer) { (object) throws(SystemCallError) in
      for (name, descriptor) in maps.descriptors {
        try check("reuse map \(name.rawValue)") {
          bpf_map__reuse_fd(bpf_object__find_map_by_name(object, name.rawValue), descriptor)
        }
      }
    }
  }

  private init(
    _ program: DatapathProgram, _ multiBuffer: Bool, preparing prepare: (OpaquePointer) throws(SystemCallError) -> Void
  ) throws(LoadError) {
    let (result, messages) = LibbpfLog.capture { () throws(SystemCallError) in
      let object = try Self.open()
      do throws(SystemCallError) {
        try Self.choose(program, multiBuffer, of: object)
        try prepare(object)
        try check("bpf BPF_PROG_LOAD") { bpf_object__load(object) }
      } catch {
        bpf_object__close(object)
        throw error
      }
      return object
    }
    switch result {
    case .failure(let error):
      throw LoadError(cause: error, messages: messages)
    case .success(let object):
      self.object = object
      self.messages = messages
      programDescriptor = bpf_program__fd(
        bpf_object__find_program_by_name(object, program.name(multiBuffer: multiBuffer)))
    }
  }

  deinit {
    bpf_object__close(object)
  }

  /// The descriptor of a map by its name in bpf/maps.h; it stays the object's.
  package func descriptor(ofMap name: String) throws(SystemCallError) -> CInt {
    try check("find map \(name)") { bpf_object__find_map_fd_by_name(object, name) }
  }

  private static func open() throws(SystemCallError) -> OpaquePointer {
    let object = reflectorObject.withBytes { bytes in
      "reflector".withCString { name in
        withZeroed(bpf_object_open_opts.self) { options in
          options.pointee.sz = MemoryLayout<bpf_object_open_opts>.stride
          options.pointee.object_name = name
          return bpf_object__open_mem(bytes.baseAddress, bytes.count, options)
        }
      }
    }
    guard let object else { throw SystemCallError("open BPF object", .current) }
    return object
  }

  /// Only the program that is used is loaded, with what it has to know while the verifier looks at it. libbpf knows
  /// the flag for frames in several parts by the section's name.
  private static func choose(_ program: DatapathProgram, _ multiBuffer: Bool, of object: OpaquePointer)
    throws(SystemCallError)
  {
    for other in DatapathProgram.names where other != program.name(multiBuffer: multiBuffer) {
      try check("leave out program \(other)") {
        bpf_program__set_autoload(bpf_object__find_program_by_name(object, other), false)
      }
    }
    guard case .kernel(let mode) = program else { return }
    var value = mode.abi.rawValue
    try check("set reflect_mode") {
      // The only one of the program's constants.
      bpf_map__set_initial_value(
        bpf_object__find_map_by_name(object, ".rodata"), &value, MemoryLayout.size(ofValue: value))
    }
  }

  private static func size(_ object: OpaquePointer, queues: Int) throws(SystemCallError) {
    for name in [MapName.queueCounters, .xsks, .workers, .xskStatistics] {
      try check("size map \(name.rawValue)") {
        bpf_map__set_max_entries(bpf_object__find_map_by_name(object, name.rawValue), UInt32(queues))
      }
    }
  }
}

/// The kernel didn't take the program or one of its maps.
package struct LoadError: Error, Sendable {
  package let cause: SystemCallError
  /// What libbpf and, in its words, the verifier said.
  package let messages: [LibbpfLog.Line]
}
