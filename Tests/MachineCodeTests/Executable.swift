import Foundation
import TestSupport

/// The release build under test, read with objdump and nm.
struct Executable: Listing {
  /// Set by scripts/run-tests, which builds it.
  static let path = ProcessInfo.processInfo.environment["REFLECTOR_XDP"]

  /// The micro-benchmarks' program of the same build.
  static let probe = path.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/micro-probe" }

  static var isReadable: Bool {
    #if arch(x86_64)
      path != nil && (try? run(["objdump", "--version"]).status) == 0
    #else
      false
    #endif
  }

  let path: String

  func instructions(of function: String) throws -> [Instruction]? {
    let text = try runChecked(["objdump", "-d", "--no-show-raw-insn", "--disassemble=\(function)", path], seconds: 60)
    let found = TextListing(text).instructions(of: function) ?? []
    return found.isEmpty ? nil : found
  }

  /// Names of functions, mangled.
  func functions() throws -> [String] {
    try runChecked(["nm", "--defined-only", path], seconds: 60).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, fields[1].lowercased() == "t" else { return nil }
      return String(fields[2])
    }
  }
}
