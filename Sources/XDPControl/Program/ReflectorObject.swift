import BPFCode
import CBPF
import CReflectorABI
import LinuxSystem
import ReflectorProgram
import SystemPackage

/// The XDP program of a datapath and its maps, loaded into the kernel and attached to nothing.
///
/// Owns the libbpf object: program and maps live until this ends, and after that for as long as a pin, a
/// link or another process holds them. Needs CAP_BPF and CAP_NET_ADMIN; Linux 5.12 for the program,
/// 5.9 for the link.
package struct ReflectorObject: ~Copyable {
  private let object: OpaquePointer
  /// Of the program that is attached; closed with the object.
  package let programDescriptor: CInt
  /// Of the one that runs on the CPUs that frames are spread to; nil where none are.
  let backDescriptor: CInt?
  /// libbpf's own messages of a load that succeeded, for the debug log.
  package let messages: [LibbpfLog.Line]

  /// Loads the embedded program with room for `queues` queues in the per-queue maps.
  ///
  /// - Parameters:
  ///   - flows: conversations that there is room for; 0 for none.
  ///   - multiBuffer: for frames in several parts, Linux 5.18 (BPF_F_XDP_HAS_FRAGS).
  /// - Throws: ``LoadError``, with the verifier's words if it was the verifier that refused.
  package init(
    _ program: DatapathProgram = .xsk, queues: Int, flows: Int = 0, multiBuffer: Bool = false
  ) throws(LoadError) {
    try self.init(program, multiBuffer) { (object) throws(SystemCallError) in
      // A map has to have room for something.
      try Self.size(object, [MapName.flows.rawValue], max(flows, 1))
      try Self.size(object, [MapName.queueCounters, .xsks, .workers, .xskStatistics].map(\.rawValue), queues)
      guard let cpus = program.cpus else { return }
      try Self.size(object, [MapName.spread.rawValue], cpus.count)
      // By CPU, whichever there are.
      try Self.size(object, [ReflectorMaps.cpusName], (cpus.max() ?? 0) + 1)
    }
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
        try check("reuse map \(name)") {
          bpf_map__reuse_fd(bpf_object__find_map_by_name(object, name), descriptor)
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
      backDescriptor =
        program.cpus == nil
        ? nil
        : bpf_program__fd(
          bpf_object__find_program_by_name(object, DatapathProgram.backName(multiBuffer: multiBuffer)))
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

  /// The constants of bpf/reflector.bpf.c.
  private struct Constants {
    let reflectMode: UInt32
    let cpus: UInt32
  }

  /// Only what is used is loaded, with what it has to know while the verifier looks at it. libbpf knows the flag for
  /// frames in several parts by the section's name.
  private static func choose(_ program: DatapathProgram, _ multiBuffer: Bool, of object: OpaquePointer)
    throws(SystemCallError)
  {
    for other in DatapathProgram.everyName.subtracting(program.loadedNames(multiBuffer: multiBuffer)) {
      try check("leave out program \(other)") {
        bpf_program__set_autoload(bpf_object__find_program_by_name(object, other), false)
      }
    }
    guard let mode = program.reflectMode else { return }
    var constants = Constants(reflectMode: mode.abi.rawValue, cpus: UInt32(program.cpus?.count ?? 1))
    try check("set constants") {
      bpf_map__set_initial_value(
        bpf_object__find_map_by_name(object, ".rodata"), &constants, MemoryLayout<Constants>.size)
    }
  }

  private static func size(_ object: OpaquePointer, _ names: [String], _ entries: Int) throws(SystemCallError) {
    for name in names {
      try check("size map \(name)") {
        bpf_map__set_max_entries(bpf_object__find_map_by_name(object, name), UInt32(entries))
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
