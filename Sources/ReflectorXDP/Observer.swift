import LinuxSystem
import XDPControl

/// Looks at a reflector that runs in another process, by its pinned maps.
///
/// Needs the right to open the pins (root, as things are); changes nothing.
public struct Observer: ~Copyable {
  private let pins: PinnedMaps
  private let interface: String

  /// Enters the namespace with the calling thread, which stays there.
  ///
  /// - Throws: ``ReflectorError``: `noInterface` when there is no such interface or nothing is attached
  ///   to it.
  public init(
    interface: String, namespace: String? = nil, pinDirectory: String = Configuration.defaultPinDirectory
  ) throws(ReflectorError) {
    let place = try Place.find(interface, namespace: namespace, pinDirectory: pinDirectory)
    pins = try Self.pins(of: place, below: pinDirectory)
    self.interface = place.interface.name
  }

  /// By the folder's name, unless interface or namespace were called something else at the attach.
  private static func pins(of place: Place, below base: String) throws(ReflectorError) -> PinnedMaps {
    let path = base + "/" + place.pins.description
    do throws(PinnedMaps.Failure) {
      let pins = try PinnedMaps(path: path)
      if place.isMeant(by: pins.session) { return pins }
    } catch {
      if let pins = other(place, below: base) { return pins }
      throw .unreadable(place, path: path, error)
    }
    // The folder has the name, and another interface had it before.
    if let pins = other(place, below: base) { return pins }
    throw .unreadable(place, path: path, .notAttached)
  }

  private static func other(_ place: Place, below base: String) -> PinnedMaps? {
    guard let path = PinnedMaps.folder(below: base, where: place.isMeant(by:)) else { return nil }
    return try? PinnedMaps(path: path)
  }

  /// Whether the reflecting program is still in the kernel.
  public var isAlive: Bool { pins.isAlive }

  /// The accounts now. Takes up to a tenth of a second, and up to 0.7 s if they don't balance.
  public func statistics() throws(ReflectorError) -> Statistics {
    do {
      var statistics = try StatisticsReader(pins.maps).read()
      statistics.interface = interface
      return statistics
    } catch {
      throw .system("read the statistics of \(interface)", error)
    }
  }
}

extension ReflectorError {
  fileprivate static func unreadable(_ place: Place, path: String, _ failure: PinnedMaps.Failure) -> ReflectorError {
    let interface = place.interface.name
    let start = "start one: reflector-xdp attach \(place.arguments)"
    return switch failure {
    case .notAttached where LoadedProgram.attached(toInterface: place.interface.index)?.isReflector == true:
      ReflectorError(
        .noInterface, what: "the maps of the reflector on \(interface) can't be found",
        why: "its program is attached, and its maps are not in \(path)",
        remedy: "name its --pin-dir; where ip netns exec hides them, use --netns instead")
    case .notAttached:
      ReflectorError(
        .noInterface, what: "no reflector on \(interface)", why: "there are no maps of it in \(path)", remedy: start)
    case .stale(let pid):
      ReflectorError(
        .noInterface, what: "no reflector on \(interface)",
        why: "pid \(pid) died and left its maps in \(path)", remedy: start + " (it replaces them)")
    case .otherVersion(let version):
      ReflectorError(
        .system, what: "the maps of \(interface) can't be read",
        why: "they have layout \(version), this program knows another: the reflector is of another version",
        remedy: "use the version that runs, or restart the reflector")
    case .system(let cause): .system("open the maps of \(interface)", cause)
    }
  }
}
