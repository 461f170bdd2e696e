import LinuxSystem
import XDPControl

/// The maps of the reflector on an interface.
extension PinnedMaps {
  /// By the folder's name, unless interface or namespace were called something else at the attach.
  static func find(_ place: Place, below base: String) throws(ReflectorError) -> PinnedMaps {
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
