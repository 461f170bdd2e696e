import Foundation
import Testing

/// Where the sources are: this file's place, two folders up.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}

struct LinkTests {
  /// The script lists the files with git, so a tree without its history can't be checked.
  private static let isCheckout = FileManager.default.fileExists(atPath: Repository.root.appending(path: ".git").path)

  @Test(.enabled(if: isCheckout, "the check lists files with git, and this is no checkout"))
  func `links between the Markdown files resolve, and no line is too wide`() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = Repository.root.appending(path: "scripts/check-links")
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("links and widths are right"))
  }
}
