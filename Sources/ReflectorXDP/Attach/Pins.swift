import CReflectorABI
import LinuxSystem
import SystemPackage
import XDPControl

/// The pins of one reflector, if it is to have any.
///
/// A class only so that several owners' scopes can hold it; the folder has one owner, which is this.
final class Pins {
  /// The folder; nil when nothing is pinned.
  let path: String?
  private var directory: PinDirectory?

  /// Takes the folder for an interface's pins, or says who has it.
  ///
  /// - Parameter base: nil for no pins.
  init(_ place: Place, base: String?) throws(ReflectorError) {
    guard let base else {
      path = nil
      directory = nil
      return
    }
    try Self.prepare(base)
    let path = base + "/" + place.pins.description
    do {
      directory = try PinDirectory(base: base, name: place.pins)
    } catch {
      guard error.errno == .wouldBlock else { throw .system("make the folder for the pins", error) }
      throw Self.taken(place, path)
    }
    self.path = path
  }

  /// Pins all maps, if any are to be.
  func pin(_ object: borrowing ReflectorObject) throws(SystemCallError) {
    try directory?.pin(object)
  }

  /// Takes pins and folder away.
  func remove() {
    directory = nil
  }

  /// The folder has an owner: the interface's reflector, or that of one that had its name before.
  private static func taken(_ place: Place, _ path: String) -> ReflectorError {
    let session = (try? PinnedMaps(path: path))?.session
    guard let session, !place.isMeant(by: session) else {
      return .ownBusy(place.interface.name, pid: session?.pid, pins: path, arguments: place.arguments)
    }
    return .folderTaken(place.interface.name, pid: session.pid, pins: path)
  }

  private static func prepare(_ base: String) throws(ReflectorError) {
    if base.hasPrefix(BPFFileSystem.mountPoint + "/") {
      do {
        try BPFFileSystem.mountIfMissing()
      } catch {
        throw .system("mount the BPF file system", error)
      }
    }
    guard !base.split(separator: "/").contains(where: { $0.contains(".") }) else {
      throw ReflectorError(
        .usage, what: "--pin-dir \(base) can't be used", why: "a BPF file system refuses names with dots",
        remedy: "name a folder without dots")
    }
    guard base.hasPrefix("/") else {
      throw ReflectorError(
        .usage, what: "--pin-dir \(base) can't be used", why: "it doesn't start with a slash",
        remedy: "name a folder below \(BPFFileSystem.mountPoint)")
    }
    guard PinDirectory.parentExists(base) else {
      throw ReflectorError(
        .usage, what: "--pin-dir \(base) can't be used", why: "the folder above it is missing",
        remedy: "make it first, with mkdir")
    }
    guard BPFFileSystem.contains(base) else {
      throw ReflectorError(
        .usage, what: "--pin-dir \(base) can't be used", why: "it is not on a BPF file system",
        remedy: "name a folder below \(BPFFileSystem.mountPoint), or mount one: mount -t bpf bpf DIR")
    }
  }
}
