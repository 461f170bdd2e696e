import Foundation

/// A folder of plain files that stands in for /sys or /proc, gone with its owner.
struct FolderTree: ~Copyable {
  let path: String

  /// Texts by path, and links by path.
  init(_ files: [String: String], links: [String: String] = [:]) throws {
    let manager = FileManager.default
    path = NSTemporaryDirectory() + "reflector-tree-\(UUID().uuidString)"
    func place(_ name: String) throws -> String {
      let whole = path + "/" + name
      let parent = (whole as NSString).deletingLastPathComponent
      try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
      return whole
    }
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: place(name))) }
    for (name, target) in links { try manager.createSymbolicLink(atPath: place(name), withDestinationPath: target) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}
