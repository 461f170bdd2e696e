import CBPF
import LinuxSystem

/// The shortest XDP program, natively on an interface for as long as this lives: it passes everything.
///
/// A veth takes frames that its far end sends by XDP only while it has a native program itself.
package struct PassProgram: ~Copyable {
  private let link: XDPLink

  package init(interfaceIndex: CInt) throws(SystemCallError) {
    // r0 = XDP_PASS; exit
    let code: [bpf_insn] = [
      bpf_insn(code: 0xb7, dst_reg: 0, src_reg: 0, off: 0, imm: 2),
      bpf_insn(code: 0x95, dst_reg: 0, src_reg: 0, off: 0, imm: 0),
    ]
    // The link holds it from then on.
    let program = OwnedDescriptor(
      try check("bpf BPF_PROG_LOAD") {
        bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "Apache-2.0", code, code.count, nil)
      })
    do throws(AttachError) {
      link = try XDPLink(program: program.rawValue, interfaceIndex: interfaceIndex, mode: .native)
    } catch {
      throw error.cause
    }
  }
}
