import Foundation

/// `ip` of iproute2: what sets the stage is not what is measured, so it may cost a process a step.
enum IPCommand {
  /// Runs `ip ARGUMENTS`; what it says on stderr becomes the error's why.
  static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ip"] + arguments
    let messages = Pipe()
    process.standardError = messages
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // Before waiting: a child whose pipe is full never ends.
    let text = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let why = String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init)
      throw BenchError(
        "ip \(arguments.joined(separator: " ")): status \(process.terminationStatus)",
        why: why ?? "no message", remedy: "run as root, with iproute2 installed")
    }
  }
}
