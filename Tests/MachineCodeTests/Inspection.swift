/// Goes through a function and everything of ours that it can get to, and notes what has no place in a worker's turn:
/// allocation, reference counting, locks, exclusivity checks, calls whose target isn't known before they run.
///
/// What is called and isn't ours has to be on a short list. So a call that nobody thought of is a finding, too.
struct Inspection {
  struct Finding: Equatable, CustomStringConvertible {
    let function: String
    let instruction: Instruction
    let what: String

    var description: String { "\(what) at \(instruction.address) in \(function): \(instruction.text)" }
  }

  /// Modules of which code is gone into: as their names stand in mangled symbols. (The last is LinuxSystem as it is
  /// abbreviated behind SystemPackage: `Errno.current`.)
  private static let ours = ["15ReflectorEngine", "5AFXDP", "13ReflectorCore", "11LinuxSystem", "05LinuxA0"]

  /// What a turn may call, and why.
  private static let allowed: [String: String] = [
    "sendto": "the kick of TX",
    "recvfrom": "the kick of the fill ring",
    "__errno_location": "errno, after a call that failed",
    "$s5Glibc5errnos5Int32Vvg": "the same: Glibc.errno's getter",
    "__stack_chk_fail": "the stack is spoilt: ends the process",
  ]

  private(set) var findings: [Finding] = []
  /// Functions gone through.
  private(set) var functions: [String] = []
  /// Of those that aren't ours.
  private(set) var calls: Set<String> = []
  private(set) var instructionCount = 0

  init(of root: String, in listing: some Listing) throws {
    var waiting = [root]
    while let function = waiting.popLast() {
      guard !functions.contains(function) else { continue }
      functions.append(function)
      guard let instructions = try listing.instructions(of: function) else {
        throw NoSuchFunction(name: function)
      }
      instructionCount += instructions.count
      for (index, instruction) in instructions.enumerated() {
        let before = instructions[max(0, index - 6)..<index]
        if let next = look(at: instruction, before, in: function) { waiting.append(next) }
      }
    }
  }

  struct NoSuchFunction: Error {
    let name: String
  }

  /// - Returns: a function of ours to go on with.
  private mutating func look(at instruction: Instruction, _ before: ArraySlice<Instruction>, in function: String)
    -> String?
  {
    switch instruction.effect(in: function) {
    case .none: return nil
    case .locks: note("a locked instruction", instruction, function)
    case .callsIndirectly: note("an indirect call", instruction, function)
    case .jumpsIndirectly where Self.isSwitch(before): return nil
    case .jumpsIndirectly: note("an indirect call at the function's end", instruction, function)
    case .goesTo(let target):
      if Self.ours.contains(where: target.contains) || target.hasPrefix("clinux_") { return target }
      calls.insert(target)
      if Self.allowed[target] == nil { note("a call of \(target)", instruction, function) }
    }
    return nil
  }

  private mutating func note(_ what: String, _ instruction: Instruction, _ function: String) {
    findings.append(Finding(function: function, instruction: instruction, what: what))
  }

  /// A table of 4-byte distances, and one of them added to the table's own address.
  private static func isSwitch(_ before: ArraySlice<Instruction>) -> Bool {
    before.contains { $0.text.hasPrefix("movslq") && $0.text.contains(",4)") }
      && before.contains { $0.text.hasPrefix("add") }
  }
}
