import LinuxSystem
import SystemPackage

/// Holds an interface's NAPI settings at what busy polling wants, and puts the former ones back at the end
/// of its life.
///
/// They belong to the host and outlive the process: after SIGKILL they stay as they are. Putting them back
/// takes CAP_NET_ADMIN again; who gave it up calls ``restore()`` to hear that it failed.
package struct BusyPollHostSettings: ~Copyable {
  /// The interface's directory: stays good when the interface is renamed.
  private let device: Sysfs
  /// What was there before, and comes back.
  package let former: NAPISettings
  private let applied: NAPISettings
  private var isRestored = false

  /// Needs CAP_NET_ADMIN, and the calling thread in the interface's namespace. On an error nothing is changed.
  package init(_ interface: Interface, settings: NAPISettings = .busyPolling) throws(SystemCallError) {
    let device = try Sysfs().directory("class/net/\(interface.name)")
    guard let former = NAPISettings(in: device) else {
      throw SystemCallError("open class/net/\(interface.name)/napi_defer_hard_irqs", .noSuchFileOrDirectory)
    }
    do {
      try settings.apply(in: device)
    } catch {
      try? former.apply(in: device)
      throw error
    }
    self.device = device
    self.former = former
    applied = settings
  }

  deinit {
    if !isRestored { try? putBack() }
  }

  /// Ends it now, and tells when the former values couldn't be put back.
  package consuming func restore() throws(SystemCallError) {
    var settings = self
    settings.isRestored = true
    try settings.putBack()
  }

  private func putBack() throws(SystemCallError) {
    // Who changed them meanwhile had a reason: theirs stay. An interface that is gone needs nothing.
    if NAPISettings(in: device) == applied { try former.apply(in: device) }
  }
}
