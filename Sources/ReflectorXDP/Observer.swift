import LinuxSystem
import XDPControl

/// Looks at a reflector that runs in another process, by its pinned maps.
///
/// Needs the right to open the pins (root, as things are); changes nothing.
public struct Observer: ~Copyable {
  private let pins: PinnedMaps
  let interface: String

  var maps: ReflectorMaps { pins.maps }

  /// Enters the namespace with the calling thread, which stays there.
  ///
  /// - Throws: ``ReflectorError``: `noInterface` when there is no such interface or nothing is attached
  ///   to it.
  public init(
    interface: String, namespace: String? = nil, pinDirectory: String = Configuration.defaultPinDirectory
  ) throws(ReflectorError) {
    let place = try Place.find(interface, namespace: namespace, pinDirectory: pinDirectory)
    pins = try PinnedMaps.find(place, below: pinDirectory)
    self.interface = place.interface.name
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
