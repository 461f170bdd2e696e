import LinuxSystem
import SystemPackage
import XDPControl

/// Counts what the driver refuses while this lives.
///
/// A class only so that several owners' scopes can hold it.
final class RefusalsCount {
  private let watch: RefusalWatch

  /// - Parameter spreads: whether frames are sent by other CPUs.
  init(_ interfaceIndex: CInt, _ object: LoadedReflector, spreads: Bool) throws(SystemCallError) {
    let maps = try object.object.maps()
    guard let namespace = NetworkNamespace.currentInode else {
      throw SystemCallError("stat /proc/thread-self/ns/net", .noSuchFileOrDirectory)
    }
    do throws(LoadError) {
      watch = try RefusalWatch(interfaceIndex, namespace: namespace, spreads: spreads, maps: maps)
    } catch {
      throw error.cause
    }
  }
}
