import CBPF
import Glibc
import LinuxSystem
import SystemPackage

/// How the program hangs on an interface.
package enum AttachMode: String, Sendable, CaseIterable {
  /// In the driver, before the kernel makes an skb (`XDP_FLAGS_DRV_MODE`).
  case native
  /// In the stack, after it (`XDP_FLAGS_SKB_MODE`). Works with every driver.
  case generic

  var flags: UInt32 {
    switch self {
    case .native: 1 << 2  // XDP_FLAGS_DRV_MODE
    case .generic: 1 << 1  // XDP_FLAGS_SKB_MODE
    }
  }
}

/// The program on its interface: attached while this lives, and no longer.
///
/// A BPF link (Linux 5.9) rather than a netlink attach: the kernel takes it down when the descriptor
/// goes, also after SIGKILL, and nobody can replace the program under it by accident. It is never pinned.
package struct XDPLink: ~Copyable {
  private let descriptor: OwnedDescriptor
  package let mode: AttachMode

  /// Attaches with exactly this mode: `bpf_program__attach_xdp` would name none, and a driver without
  /// native XDP would then get generic mode without a word.
  ///
  /// - Throws: ``AttachError``, with the driver's own message where there is one.
  package init(program: CInt, interfaceIndex: CInt, mode: AttachMode) throws(AttachError) {
    do throws(SystemCallError) {
      let link = try check("bpf BPF_LINK_CREATE") {
        withZeroed(bpf_link_create_opts.self) { options in
          options.pointee.sz = MemoryLayout<bpf_link_create_opts>.stride
          options.pointee.flags = mode.flags
          return bpf_link_create(program, interfaceIndex, BPF_XDP, options)
        }
      }
      descriptor = OwnedDescriptor(link)
    } catch {
      let failure = AttachError(cause: error, mode: mode, kernelMessage: nil)
      // Not where another program is in the way: should it leave just now, the attach that is only to be
      // refused would be taken, and a NIC would reset its link for it twice.
      guard !failure.isBusy else { throw failure }
      throw AttachError(
        cause: error, mode: mode,
        kernelMessage: Self.kernelMessage(program: program, interfaceIndex: interfaceIndex, mode: mode))
    }
    self.mode = mode
  }

  /// For whoever looks after it from another thread; good for as long as this lives.
  package var watch: XDPLinkWatch { XDPLinkWatch(descriptor: descriptor.rawValue) }

  /// A link's failure carries no message, but the netlink attach does (extended ACK): the same attach is
  /// tried that way, only to hear it refused. Should it be taken after all, it is undone at once.
  private static func kernelMessage(program: CInt, interfaceIndex: CInt, mode: AttachMode) -> String? {
    let onlyIfFree: UInt32 = 1  // XDP_FLAGS_UPDATE_IF_NOEXIST
    let (result, lines) = LibbpfLog.capture {
      bpf_xdp_attach(interfaceIndex, program, mode.flags | onlyIfFree, nil)
    }
    if case .success(0) = result { bpf_xdp_detach(interfaceIndex, mode.flags, nil) }
    return LibbpfLog.kernelMessage(in: lines)
  }
}

/// Looks whether a link's program is still on its interface, and can replace it.
///
/// `bpftool link detach` takes the program off and leaves the link and its owner as they were, and the kernel
/// tells nobody: only asking shows it.
package struct XDPLinkWatch: Sendable {
  fileprivate let descriptor: CInt

  /// False once somebody detached the link (BPF_LINK_DETACH), and once the interface is gone. Where the kernel
  /// doesn't answer, nothing is known against it: true.
  package var isAttached: Bool {
    var info = bpf_link_info()
    var size = UInt32(MemoryLayout<bpf_link_info>.stride)
    guard bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 else { return true }
    return info.xdp.ifindex != 0
  }

  /// Puts another program in the place of the one that is attached (BPF_LINK_UPDATE): no frame meets neither.
  ///
  /// The driver is handed the program as at an attach. With the program that is there already the kernel does
  /// nothing.
  package func replace(with program: CInt) throws(SystemCallError) {
    try check("bpf BPF_LINK_UPDATE") { bpf_link_update(descriptor, program, nil) }
  }
}

/// The program could not be attached in this mode.
package struct AttachError: Error, Sendable {
  package let cause: SystemCallError
  package let mode: AttachMode
  /// In the driver's words: `Peer MTU is too large to set XDP`.
  package let kernelMessage: String?

  /// Another program has the interface: no other mode will do better.
  package var isBusy: Bool { cause.errno == .resourceBusy || cause.errno == .fileExists }
}

/// A program that is in the kernel, by its id.
package struct LoadedProgram: Sendable, Hashable {
  package let id: UInt32
  /// At most 15 characters, as `bpftool prog show` has it.
  package let name: String

  /// Whether that is a reflector's for frames in several parts.
  package static func isMultiBuffer(_ name: String) -> Bool { DatapathProgram.multiBufferNames.contains(name) }
  /// Whether it is a reflector's, of whatever datapath.
  package var isReflector: Bool { DatapathProgram.names.contains(name) }

  /// The program on an interface, in whatever mode; nil if there is none or it is gone by now.
  package static func attached(toInterface index: CInt) -> LoadedProgram? {
    let id: UInt32? = withZeroed(bpf_xdp_query_opts.self) { options in
      options.pointee.sz = MemoryLayout<bpf_xdp_query_opts>.stride
      guard bpf_xdp_query(index, 0, options) == 0 else { return nil }
      let found = options.pointee
      return [found.drv_prog_id, found.skb_prog_id, found.hw_prog_id, found.prog_id].first { $0 != 0 }
    }
    return id.flatMap(LoadedProgram.init(id:))
  }

  /// Nil when no such program exists (any more), or it may not be seen (CAP_SYS_ADMIN).
  package init?(id: UInt32) {
    let descriptor = bpf_prog_get_fd_by_id(id)
    guard descriptor >= 0 else { return nil }
    let owner = OwnedDescriptor(descriptor)
    guard let program = LoadedProgram(descriptor: owner.rawValue) else { return nil }
    self = program
  }

  package init?(descriptor: CInt) {
    var info = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.stride)
    guard bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 else { return nil }
    id = info.id
    name = withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
