import BPFCode
import CBPF
import GeneratorProgram
import LinuxSystem
import XDPControl

/// The tester's programs, loaded and attached to nothing.
///
/// Owns the libbpf object. Links and mappings hold what they need by themselves, so the order in which
/// they and this end doesn't matter.
struct TesterObject: ~Copyable {
  private let object: OpaquePointer
  // Descriptors of the programs; closed with the object.
  let generate: CInt
  let receive: CInt
  let reflect: CInt
  let countCalls: CInt

  /// Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON or root.
  init() throws {
    let (result, messages) = LibbpfLog.capture { () throws(SystemCallError) in try Self.load() }
    guard case .success(let object) = result else {
      throw BenchError(
        "load the tester's BPF programs: \(result)", why: messages.last?.text ?? "libbpf has no message",
        remedy: "run as root on Linux 5.18 or later")
    }
    generate = bpf_program__fd(bpf_object__find_program_by_name(object, "generate"))
    receive = bpf_program__fd(bpf_object__find_program_by_name(object, "receive"))
    reflect = bpf_program__fd(bpf_object__find_program_by_name(object, "reflect"))
    countCalls = bpf_program__fd(bpf_object__find_program_by_name(object, "count_calls"))
    self.object = object
  }

  deinit {
    bpf_object__close(object)
  }

  /// Opened from memory, then loaded; closed again if the verifier refuses.
  private static func load() throws(SystemCallError) -> OpaquePointer {
    let opened = generatorObject.withBytes { bytes in
      "generator".withCString { name in
        withZeroed(bpf_object_open_opts.self) { options in
          options.pointee.sz = MemoryLayout<bpf_object_open_opts>.stride
          options.pointee.object_name = name
          return bpf_object__open_mem(bytes.baseAddress, bytes.count, options)
        }
      }
    }
    guard let object = opened else { throw SystemCallError("open BPF object", .current) }
    do throws(SystemCallError) {
      try check("bpf BPF_PROG_LOAD") { bpf_object__load(object) }
    } catch {
      bpf_object__close(object)
      throw error
    }
    return object
  }

  /// A memory-mapped array of the programs.
  func map<Value: BitwiseCopyable>(_ name: String, count: Int) throws(SystemCallError) -> MappedArray<Value> {
    let descriptor = try check("find map \(name)") { bpf_object__find_map_fd_by_name(object, name) }
    return try MappedArray(named: name, descriptor: descriptor, count: count, writable: true)
  }
}
