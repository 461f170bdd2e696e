import Foundation
import Testing

/// Runs other people's programs (`ip`, `ethtool`), whose word the tests compare ours with.
enum Command {
  struct Failure: Error {
    let arguments: [String]
    let status: Int32
    let output: String
  }

  @discardableResult
  static func run(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(arguments: arguments, status: process.terminationStatus, output: text)
    }
    return text
  }

  /// The first object of a JSON array, as `ip -j` prints them.
  static func json(_ text: String) throws -> [String: Any] {
    let array = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    return try #require(array.first)
  }
}
