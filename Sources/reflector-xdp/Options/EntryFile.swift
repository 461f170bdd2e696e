import ArgumentParser
import LinuxSystem
import ReflectorXDP

/// A file with an entry a line: what is after a # is a remark, and empty lines are none.
struct EntryFile {
  /// Bytes: as many networks as have room, with remarks.
  private static let longest = 64 << 20

  /// Makes something of each entry.
  ///
  /// - Throws: ``ReflectorError`` of the kind `configuration`, with file and line.
  static func read<Entry>(_ path: String, _ parse: (String) throws -> Entry) throws(ReflectorError) -> [Entry] {
    let text: String
    do {
      text = try TextFile.read(path, limit: longest)
    } catch {
      throw ReflectorError(
        .configuration, what: "\(path) can't be read", why: "\(error)", remedy: "name a file with an entry a line")
    }
    return try entries(in: text, path, parse)
  }

  static func entries<Entry>(
    in text: String, _ path: String, _ parse: (String) throws -> Entry
  ) throws(ReflectorError) -> [Entry] {
    var entries: [Entry] = []
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 <= UInt8(ascii: " ") }
      guard let first = words.first else { continue }
      do {
        guard words.count == 1 else { throw ValidationError("one entry a line is allowed") }
        entries.append(try parse(String(decoding: first, as: UTF8.self)))
      } catch {
        throw ReflectorError(
          .configuration, what: "\(path):\(index + 1): this can't be used",
          why: (error as? ValidationError)?.message ?? "\(error)", remedy: "put it right; nothing was changed")
      }
    }
    return entries
  }
}
