import LinuxSystem
import SystemPackage
import XDPControl

/// Counts what the driver refuses while this lives.
///
/// A class only so that several owners' scopes can hold it.
final class RefusalsCount {
  private let watch: RefusalWatch

  init(_ interfaceIndex: CInt, _ object: LoadedReflector) throws(SystemCallError) {
    let maps = try object.object.maps()
    guard let namespace = NetworkNamespace.currentInode else {
      throw SystemCallError("stat /proc/thread-self/ns/net", .noSuchFileOrDirectory)
    }
    do throws(LoadError) {
      watch = try RefusalWatch(interfaceIndex, namespace: namespace, maps: maps)
    } catch {
      throw error.cause
    }
  }
}
