internal import FoundationEssentials
internal import Glibc
package import LinuxSystem
internal import SystemPackage
internal import XDPControl

/// The folder of state files, with its lock held: `/run/reflector-xdp/tune`.
///
/// One file an interface, named like its folder of pins, and one of the host's own settings. A file is replaced as a
/// whole, and written to the disk before the setting is changed: whoever finds it after a crash can put back all that
/// may have been changed. The folder is gone after a reboot, as are the settings.
///
/// The lock keeps two that tune at once from taking each other's values for former ones. The kernel lets it go when
/// the process ends.
package struct TuningStore: ~Copyable {
  package static let standardPath = "/run/reflector-xdp/tune"

  private let path: String
  private let folder: OwnedDescriptor
  /// File names of the interface's and of the host's settings.
  private let names: [Bool: String]

  /// Waits for its turn.
  package init(path: String = standardPath, place: String) throws(SystemCallError) {
    try Self.makeFolders(path)
    let folder = OwnedDescriptor(
      try check("open \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    try checkRetrying("flock \(path)") { flock(folder.rawValue, LOCK_EX) }
    self.path = path
    self.folder = folder
    // No interface's place begins with an @.
    names = [false: "\(place).json", true: "@host.json"]
  }

  /// The last one for its owner alone: who may open a folder may hold its lock, for ever.
  private static func makeFolders(_ path: String) throws(SystemCallError) {
    let parts = path.split(separator: "/")
    for count in 1...max(parts.count, 1) {
      let folder = "/" + parts.prefix(count).joined(separator: "/")
      do throws(SystemCallError) {
        try check("mkdir \(folder)") { mkdir(folder, count == parts.count ? 0o700 : 0o755) }
      } catch  where error.errno == .fileExists {
      }
    }
  }

  /// Empty when there is no file.
  package func load(isHostWide: Bool) throws(TuningStoreError) -> TuningState {
    let name = names[isHostWide] ?? ""
    let text: String
    do {
      text = try TextFile.read(name, in: folder.rawValue, limit: 1 << 24)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return TuningState() }
      throw .system(error)
    }
    return try Self.decode(text, "\(path)/\(name)")
  }

  private static func decode(_ text: String, _ path: String) throws(TuningStoreError) -> TuningState {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(TuningState.self, from: Data(text.utf8))
    } catch {
      throw .damaged(path: path, why: why(error))
    }
  }

  private static func why(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    return switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context):
      context.debugDescription
    @unknown default: "\(error)"
    }
  }

  /// Writes it; an empty one removes the file.
  package func save(_ state: TuningState, isHostWide: Bool) throws(SystemCallError) {
    let name = names[isHostWide] ?? ""
    if state.entries.isEmpty {
      if unlinkat(folder.rawValue, name, 0) != 0, Errno.current != .noSuchFileOrDirectory {
        throw SystemCallError("unlink \(path)/\(name)", Errno.current)
      }
    } else {
      try replace(name, with: Self.encode(state))
    }
    try check("fsync \(path)") { fsync(folder.rawValue) }
  }

  private static func encode(_ state: TuningState) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Only numbers that JSON doesn't have can fail, and there are none.
    return ((try? encoder.encode(state)).map { [UInt8]($0) } ?? []) + [UInt8(ascii: "\n")]
  }

  private func replace(_ name: String, with bytes: [UInt8]) throws(SystemCallError) {
    let new = name + ".new"
    do throws(SystemCallError) {
      let file = OwnedDescriptor(
        try check("open \(path)/\(new)") {
          openat(folder.rawValue, new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        })
      var done = 0
      while done < bytes.count {
        done += try checkRetrying("write \(path)/\(new)") {
          bytes[done...].withUnsafeBytes { write(file.rawValue, $0.baseAddress, $0.count) }
        }
      }
      try check("fsync \(path)/\(new)") { fsync(file.rawValue) }
      try check("rename \(path)/\(new)") { renameat(folder.rawValue, new, folder.rawValue, name) }
    } catch {
      unlinkat(folder.rawValue, new, 0)
      throw error
    }
  }

  /// The interface that was tuned under a place; nil if there is none.
  package static func device(of place: String, below path: String = standardPath) -> TuningState.Device? {
    guard let text = try? TextFile.read("\(path)/\(place).json", limit: 1 << 24) else { return nil }
    return (try? decode(text, place))?.device
  }

  /// The place under which an interface was tuned that may have had another name then; nil if it never was.
  package static func place(of device: TuningState.Device, below path: String = standardPath) -> String? {
    for name in PinDirectory.entries(of: path) where name.hasSuffix(".json") && !name.hasPrefix("@") {
      guard let text = try? TextFile.read("\(path)/\(name)", limit: 1 << 24) else { continue }
      guard let state = try? decode(text, name), state.device?.isSame(as: device) == true else { continue }
      return String(name.dropLast(".json".count))
    }
    return nil
  }
}

/// Why the saved values can't be had.
package enum TuningStoreError: Error, Hashable, Sendable {
  case system(SystemCallError)
  case damaged(path: String, why: String)
}
