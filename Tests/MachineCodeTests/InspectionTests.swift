import Testing

@Suite("What an inspection of machine code finds")
struct InspectionTests {
  private static let ours = "$s15ReflectorEngine4turnyyF"
  private static let helper = "$s5AFXDP6helperyyF"

  /// A function as objdump prints it, with this line in the middle.
  private static func listing(_ lines: String...) -> TextListing {
    let body = lines.enumerated().map { "    \(1000 + $0.offset):\t\($0.element)" }.joined(separator: "\n")
    return TextListing(
      """

      /some/where/reflector-xdp:     file format elf64-x86-64

      Disassembly of section .text:

      0000000000001000 <\(ours)>:
      \(body)
          1fff:\tret

      0000000000002000 <\(helper)>:
          2000:\tcall   4000 <swift_release>
          2005:\tret
      """)
  }

  @Test(
    "what has no place in a turn",
    arguments: [
      "call   3000 <swift_retain>", "call   3000 <swift_retain@plt>", "jmp    3000 <swift_release>",
      "call   3000 <swift_allocObject>", "call   3000 <swift_beginAccess>", "call   3000 <swift_once>",
      "call   3000 <swift_dynamicCast>", "call   3000 <malloc@plt>", "call   3000 <free@plt>",
      "call   3000 <pthread_mutex_lock@plt>", "call   3000 <swift_getWitnessTable>", "call   3000 <anything_else>",
      "jne    3000 <swift_willThrow>", "call   *0x58(%r12)", "call   *%rax", "jmp    *%rcx",
      "lock cmpxchg %edi,(%r15)", "lock xadd %rax,0x10(%rdi)", "xchg   %eax,(%rdi)",
    ])
  func violations(line: String) throws {
    let inspection = try Inspection(of: Self.ours, in: Self.listing("mov    %rax,%rbx", line))
    #expect(inspection.findings.map(\.instruction.text) == [line])
    #expect(inspection.findings.first?.function == Self.ours)
  }

  @Test(
    "what belongs there",
    arguments: [
      "call   3000 <sendto@plt>", "call   3000 <recvfrom>", "jmp    1000 <$s15ReflectorEngine4turnyyF+0x50>",
      "jne    1000 <$s15ReflectorEngine4turnyyF>", "xchg   %ax,%ax", "mov    %eax,(%rdi)", "prefetchw (%rax)",
      "lea    0x100(%rip),%rdi        # 3000 <swift_retain>",
    ])
  func harmless(line: String) throws {
    #expect(try Inspection(of: Self.ours, in: Self.listing(line)).findings.isEmpty)
  }

  @Test("a switch's jump is none of a closure")
  func jumpTable() throws {
    let table = Self.listing(
      "lea    0x4000(%rip),%rcx", "movslq (%rcx,%rax,4),%rax", "add    %rcx,%rax", "jmp    *%rax")
    #expect(try Inspection(of: Self.ours, in: table).findings.isEmpty)
    let tooFar = Self.listing(
      "movslq (%rcx,%rax,4),%rax", "add    %rcx,%rax", "nop", "nop", "nop", "nop", "nop", "nop", "jmp    *%rax")
    #expect(try Inspection(of: Self.ours, in: tooFar).findings.count == 1)
  }

  @Test("what a function of ours calls is looked at as well")
  func further() throws {
    let inspection = try Inspection(of: Self.ours, in: Self.listing("call   2000 <\(Self.helper)>"))
    #expect(inspection.functions == [Self.ours, Self.helper])
    #expect(inspection.findings.map(\.function) == [Self.helper])
    #expect(inspection.instructionCount == 4)
  }

  @Test("a function that isn't there is no function without findings")
  func missing() {
    #expect(throws: Inspection.NoSuchFunction.self) {
      try Inspection(of: "$s5AFXDP7nothingyyF", in: Self.listing("nop"))
    }
    #expect(throws: Inspection.NoSuchFunction.self) {
      try Inspection(of: Self.ours, in: Self.listing("call   5000 <$s5AFXDP7nothingyyF>"))
    }
  }
}
