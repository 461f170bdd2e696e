import Foundation

/// `embed-bpf CLANG SOURCE NAME OUTPUT`: compiles one BPF program and writes it as a Swift array.
///
/// The words are 8 bytes each because libbpf wants its object 8-byte aligned.
@main
struct EmbedBPF {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5 else { fail("usage: embed-bpf CLANG SOURCE NAME OUTPUT") }
    let compiler = Compiler(clang: URL(fileURLWithPath: arguments[1]))
    let object = try compiler.object(of: URL(fileURLWithPath: arguments[2]))
    try swiftSource(name: arguments[3], object: object)
      .write(to: URL(fileURLWithPath: arguments[4]), atomically: true, encoding: .utf8)
  }

  static func swiftSource(name: String, object: Data) -> String {
    let words = stride(from: 0, to: object.count, by: 8).map { start in
      object[start..<min(start + 8, object.count)].enumerated()
        .reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    }
    let lines = stride(from: 0, to: words.count, by: 6).map { start in
      "  " + words[start..<min(start + 6, words.count)].map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
        + ","
    }
    return """
      // Made by embed-bpf. Do not edit.
      import BPFCode

      /// The ELF object, in little-endian words, and its length in bytes.
      package let \(name) = BPFObjectCode(byteCount: \(object.count), words: [
      \(lines.joined(separator: "\n"))
      ])
      """ + "\n"
  }
}

/// The toolchain's own clang: it has the BPF target, and llvm-objcopy stands beside it.
struct Compiler {
  let clang: URL

  func object(of source: URL) throws -> Data {
    let folder = FileManager.default.temporaryDirectory.appending(path: "embed-bpf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let full = folder.appending(path: "full.o")
    let stripped = folder.appending(path: "stripped.o")

    // v3 for the atomics that answer what was there before (Linux 5.12); not every clang has it by itself. No tables
    // of the compiler's own: they would stand among the constants in .rodata.
    try run(
      clang,
      [
        "-target", "bpf", "-mcpu=v3", "-O2", "-fno-jump-tables", "-g", "-std=gnu11", "-Wall", "-Wextra",
        "-Werror", "-I\(multiarchHeaders())",
        "-ffile-prefix-map=\(source.deletingLastPathComponent().path)=bpf", "-c", source.path, "-o", full.path,
      ])
    // Drops DWARF, keeps BTF: a third of the size.
    try run(
      clang.deletingLastPathComponent().appending(path: "llvm-objcopy"), ["--strip-debug", full.path, stripped.path])
    return try Data(contentsOf: stripped)
  }

  /// Where Debian keeps asm/types.h; clang looks there by itself only for the host's target.
  private func multiarchHeaders() -> String {
    #if arch(x86_64)
      "/usr/include/x86_64-linux-gnu"
    #elseif arch(arm64)
      "/usr/include/aarch64-linux-gnu"
    #else
      "/usr/include"
    #endif
  }

  private func run(_ tool: URL, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = tool
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      fail(
        """
        embed-bpf: \(tool.lastPathComponent) failed on a BPF program
        its messages stand above; a missing header means that libbpf-dev or linux-libc-dev is missing
        run: apt-get install libbpf-dev linux-libc-dev
        """)
    }
  }
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}
