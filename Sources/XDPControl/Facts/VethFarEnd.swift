import Glibc
import LinuxSystem
import Synchronization

/// A veth's far end, in whatever namespace: what it does, this end gets.
package struct VethFarEnd: Hashable, Sendable {
  package let interface: String
  package let mtu: UInt32
  package let hasNativeProgram: Bool
  /// What `ip netns exec` or `nsenter` takes; nil where it is in the caller's namespace.
  package let namespace: String?
  /// Nil where the kernel doesn't say.
  package let features: DeviceFeatures?

  package init(
    interface: String, mtu: UInt32, hasNativeProgram: Bool, namespace: String?, features: DeviceFeatures?
  ) {
    self.interface = interface
    self.mtu = mtu
    self.hasNativeProgram = hasNativeProgram
    self.namespace = namespace
    self.features = features
  }

  /// The far end, also when it is in another namespace that has a name, or is the host's. Takes CAP_SYS_ADMIN to
  /// look there. Absent for what is no veth.
  package static func find(of interface: Interface) -> Reading<VethFarEnd> {
    guard interface.kind == "veth" else { return .absent }
    guard let index = interface.linkIndex else { return .unknown("the far end is gone") }
    guard let number = interface.linkNamespace else { return read(index, namespace: nil) }
    do throws(NetlinkError) {
      guard let namespace = try place(of: number) else {
        return .unknown("the far end is in a namespace without a name in \(NetworkNamespace.directory)")
      }
      return elsewhere(index, in: namespace)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// Nil when it is none of those that can be seen.
  private static func place(of number: Int32) throws(NetlinkError) -> String? {
    for name in PinDirectory.entries(of: NetworkNamespace.directory) + ["/proc/1/ns/net"] {
      // Some may be mere files, whose namespace is gone, or not for us to look at.
      guard let namespace = try? NetworkNamespace.open(named: name) else { continue }
      if (try? NamespaceID.of(namespace)) == number { return name }
    }
    return nil
  }

  /// On a thread of its own, which a namespace is a property of.
  private static func elsewhere(_ index: CInt, in namespace: String) -> Reading<VethFarEnd> {
    let answer = Answer()
    do {
      let thread = try PosixThread(name: "far-end") {
        do throws(NetworkNamespaceError) {
          try NetworkNamespace.enter(named: namespace)
          answer.set(read(index, namespace: namespace))
        } catch {
          answer.set(.unknown("\(error)"))
        }
      }
      thread.join()
    } catch {
      return .unknown("\(error)")
    }
    return answer.value
  }

  private static func read(_ index: CInt, namespace: String?) -> Reading<VethFarEnd> {
    do throws(InterfaceError) {
      let end = try Interface.find(index: index)
      return .value(
        VethFarEnd(
          interface: end.name, mtu: end.mtu, hasNativeProgram: [.native, .multiple].contains(end.xdp?.mode),
          namespace: namespace, features: try? DeviceFeatures.of(index: index)))
    } catch {
      return .unknown("\(error)")
    }
  }

  private final class Answer: Sendable {
    private let reading = Mutex<Reading<VethFarEnd>>(.unknown("nobody looked"))

    var value: Reading<VethFarEnd> { reading.withLock { $0 } }

    func set(_ value: Reading<VethFarEnd>) {
      reading.withLock { $0 = value }
    }
  }
}

extension VethFarEnd {
  /// What becomes of frames that are sent to it by XDP (veth_xdp_xmit, veth_xdp_flush, Linux 6.18).
  package enum Reception: Hashable, Sendable {
    case taken
    /// It has GRO, so somebody takes frames out of its ring, but is told of them only by others' traffic.
    case late
    /// Nobody is there to take them: it has neither a native program nor GRO.
    case dropped
  }

  package var reception: Reception {
    guard !hasNativeProgram else { return .taken }
    return features?.genericReceiveOffload?.isActive == true ? .late : .dropped
  }

  /// `rx0 in far`
  package var description: String { interface + (namespace.map { " in \($0)" } ?? "") }
}
