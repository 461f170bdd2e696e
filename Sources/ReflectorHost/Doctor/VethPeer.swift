package import XDPControl

/// A veth's far end: what it does, this end gets.
package struct VethPeer: Hashable, Sendable, CustomStringConvertible {
  package let interface: String
  /// The name of the namespace that it is in; nil where it is in ours.
  package let namespace: String?
  package let mtu: Int
  /// Nil where the kernel doesn't say.
  package let transmitChecksum: DeviceFeature?
  /// What becomes of frames that the kernel datapath sends to it.
  package let reception: VethFarEnd.Reception
  /// For the far end.
  package let commands: HostCommands

  /// - Parameter ours: the namespace that this end was found in, for commands; nil for the caller's own.
  package init(
    interface: String, namespace: String?, mtu: Int, transmitChecksum: DeviceFeature?,
    reception: VethFarEnd.Reception = .taken, ours: String? = nil
  ) {
    self.interface = interface
    self.namespace = namespace
    self.mtu = mtu
    self.transmitChecksum = transmitChecksum
    self.reception = reception
    commands = HostCommands(interface: interface, namespace: namespace ?? ours)
  }

  /// `rx0 in far`
  package var description: String { interface + (namespace.map { " in \($0)" } ?? "") }
}
