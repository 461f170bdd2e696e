import Foundation

/// One line of objdump's listing, as far as it matters here. x86-64, AT&T syntax.
struct Instruction: Equatable {
  let address: String
  /// Mnemonic and operands: `call   f41a0 <name>`.
  let text: String

  /// What an instruction does to the flow of control, or to other processors.
  enum Effect: Equatable {
    case none
    /// A call, or a jump into another function. `@plt` is taken off.
    case goesTo(String)
    /// A call by way of a register or of memory: a witness table, a closure, a class's method.
    case callsIndirectly
    /// A jump by way of a register: a `switch`, or a call at a function's end.
    case jumpsIndirectly
    /// A bus lock: an atomic read-modify-write.
    case locks
  }

  func effect(in function: String) -> Effect {
    let words = text.split(separator: " ").filter { $0 != "notrack" && $0 != "bnd" }
    guard let mnemonic = words.first else { return .none }
    if mnemonic == "lock" || mnemonic == "xchg" && text.contains("(") { return .locks }
    guard mnemonic.hasPrefix("call") || mnemonic.hasPrefix("j") else { return .none }
    if let target {
      return target == function ? .none : .goesTo(target)
    }
    guard words.dropFirst().first?.hasPrefix("*") == true else { return .none }
    return mnemonic.hasPrefix("call") ? .callsIndirectly : .jumpsIndirectly
  }

  /// The symbol that objdump has written behind the operand, without an offset into it.
  private var target: String? {
    guard let open = text.firstIndex(of: "<"), text.last == ">" else { return nil }
    var name = text[text.index(after: open)...].dropLast()
    if let plus = name.range(of: "+0x", options: .backwards) { name = name[..<plus.lowerBound] }
    if let version = name.firstIndex(of: "@") { name = name[..<version] }
    return String(name)
  }
}
