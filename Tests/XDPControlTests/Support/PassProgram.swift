import CBPF
import LinuxSystem

/// The shortest XDP program: passes everything.
enum PassProgram {
  /// Loads it; it lives as long as the descriptor, or as what it is attached to.
  static func load() throws -> OwnedDescriptor {
    // r0 = XDP_PASS; exit
    let code: [bpf_insn] = [
      bpf_insn(code: 0xb7, dst_reg: 0, src_reg: 0, off: 0, imm: 2),
      bpf_insn(code: 0x95, dst_reg: 0, src_reg: 0, off: 0, imm: 0),
    ]
    return OwnedDescriptor(
      try check("bpf BPF_PROG_LOAD") {
        bpf_prog_load(BPF_PROG_TYPE_XDP, "fx_pass", "GPL", code, code.count, nil)
      })
  }

  /// Attaches it for as long as the interface lives. `flags` are XDP_FLAGS_*.
  static func attach(to index: CInt, flags: UInt32) throws {
    let program = try load()
    try check("bpf_xdp_attach") { bpf_xdp_attach(index, program.rawValue, flags, nil) }
  }
}
