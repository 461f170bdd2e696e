import CReflectorABI
import LinuxSystem
import SystemPackage
import XDPControl

/// An interface in a network namespace, and the folder where its pins are.
package struct Place {
  package let interface: Interface
  package let pins: PinName
  /// What the operator typed to get here: for commands that a message recommends.
  let arguments: String

  /// Enters the namespace, with the calling thread, and finds the interface there.
  ///
  /// - Parameter pinDirectory: where the operator wants the pins; nil for nowhere.
  package static func find(
    _ name: String, namespace: String?, pinDirectory: String?
  ) throws(ReflectorError) -> Place {
    try enter(namespace)
    let interface = try interface(name, namespace: namespace)
    return Place(interface, arguments: arguments(interface.name, namespace: namespace, pinDirectory: pinDirectory))
  }

  static func arguments(_ interface: String, namespace: String?, pinDirectory: String?) -> String {
    let folder = pinDirectory ?? Configuration.defaultPinDirectory
    return interface + (namespace.map { " --netns \($0)" } ?? "")
      + (folder == Configuration.defaultPinDirectory ? "" : " --pin-dir \(folder)")
  }

  private init(_ interface: Interface, arguments: String) {
    self.interface = interface
    self.arguments = arguments
    pins = PinName(interface: interface.name, namespace: Self.namespaceName)
  }

  /// Whether a reflector's maps are about this interface, whatever it was called then.
  func isMeant(by session: reflector_session) -> Bool {
    session.ifindex == UInt32(interface.index) && session.netns == NetworkNamespace.currentInode ?? 0
  }

  /// Enters a network namespace with the calling thread; none if it's nil.
  package static func enter(_ namespace: String?) throws(ReflectorError) {
    guard let namespace else { return }
    do {
      try NetworkNamespace.enter(named: namespace)
    } catch {
      throw .noNamespace(namespace, error)
    }
  }

  /// What tells the namespace's pins from those of others: nothing for the host's own, else its name,
  /// or its inode when it has none. The same however one got in.
  package static var namespaceName: String? {
    guard let current = NetworkNamespace.currentInode, !NetworkNamespace.isHost(current) else { return nil }
    if let name = NetworkNamespace.name(ofInode: current) { return name }
    // Where the host's can't be told, a namespace without a name is taken for it.
    return NetworkNamespace.knowsHost ? String(current) : nil
  }

  /// The interface in the namespace where the calling thread is; `namespace` is for the message only.
  package static func interface(_ name: String, namespace: String?) throws(ReflectorError) -> Interface {
    do {
      return try Interface.find(name)
    } catch {
      switch error {
      case .notFound: throw .noInterface(name, namespace: namespace)
      case .kernel(let cause): throw .system("look at \(name)", cause)
      }
    }
  }
}
