internal import LinuxSystem
internal import Synchronization
internal import XDPControl

extension VethPeer {
  /// The far end, also when it is in another namespace that has a name, or is the host's. Takes CAP_SYS_ADMIN to
  /// look there.
  ///
  /// - Parameter ours: the name of this end's namespace.
  static func find(of interface: Interface, ours: String?) -> Reading<VethPeer> {
    guard interface.kind == "veth" else { return .absent }
    guard let index = interface.linkIndex else { return .unknown("the far end is gone") }
    guard let number = interface.linkNamespace else { return read(index, namespace: nil, ours: ours) }
    do throws(NetlinkError) {
      guard let namespace = try place(of: number) else {
        return .unknown("the far end is in a namespace without a name in \(NetworkNamespace.directory)")
      }
      return elsewhere(index, in: namespace)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// What `ip netns exec` or `nsenter` takes; nil when it is none of those that can be seen.
  private static func place(of number: Int32) throws(NetlinkError) -> String? {
    for name in PinDirectory.entries(of: NetworkNamespace.directory) + ["/proc/1/ns/net"] {
      // Some may be mere files, whose namespace is gone, or not for us to look at.
      guard let namespace = try? NetworkNamespace.open(named: name) else { continue }
      if (try? NamespaceID.of(namespace)) == number { return name }
    }
    return nil
  }

  /// On a thread of its own, which a namespace is a property of.
  private static func elsewhere(_ index: CInt, in namespace: String) -> Reading<VethPeer> {
    let answer = Answer()
    do {
      let thread = try PosixThread(name: "doctor-peer") {
        do throws(NetworkNamespaceError) {
          try NetworkNamespace.enter(named: namespace)
          answer.set(read(index, namespace: namespace, ours: nil))
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

  private static func read(_ index: CInt, namespace: String?, ours: String?) -> Reading<VethPeer> {
    do throws(InterfaceError) {
      let peer = try Interface.find(index: index)
      let features = try? DeviceFeatures.of(index: index)
      return .value(
        VethPeer(
          interface: peer.name, namespace: namespace, mtu: Int(peer.mtu), transmitChecksum: features?.transmitChecksum,
          ours: ours))
    } catch {
      return .unknown("\(error)")
    }
  }

  private final class Answer: Sendable {
    private let reading = Mutex<Reading<VethPeer>>(.unknown("nobody looked"))

    var value: Reading<VethPeer> { reading.withLock { $0 } }

    func set(_ value: Reading<VethPeer>) {
      reading.withLock { $0 = value }
    }
  }
}
