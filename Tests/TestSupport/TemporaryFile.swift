import Foundation

/// A file with a text, gone with this owner.
package final class TemporaryFile {
  package let path: String

  package init(_ text: String) throws {
    path = NSTemporaryDirectory() + "/reflector-test-\(UUID().uuidString).yaml"
    try write(text)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Puts another text in its place: who opens it finds the one or the other.
  package func write(_ text: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}
