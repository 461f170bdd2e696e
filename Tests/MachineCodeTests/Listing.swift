/// Functions and their instructions.
protocol Listing {
  /// Nil: there is no such function.
  func instructions(of function: String) throws -> [Instruction]?
}

/// What objdump has printed.
struct TextListing: Listing {
  private var functions: [String: [Instruction]] = [:]

  /// `0000000000001234 <name>:`, and below it `    1234:<tab>mnemonic operands`.
  init(_ text: String) {
    var name = ""
    for line in text.split(separator: "\n") {
      if let open = line.firstIndex(of: "<"), line.hasSuffix(">:"), line.first?.isHexDigit == true {
        name = String(line[line.index(after: open)...].dropLast(2))
        functions[name] = []
      } else if let colon = line.firstIndex(of: ":"), line.first == " " {
        let address = line[..<colon].filter { $0 != " " }
        let text = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        functions[name]?.append(Instruction(address: address, text: String(text)))
      }
    }
  }

  func instructions(of function: String) -> [Instruction]? { functions[function] }
}
