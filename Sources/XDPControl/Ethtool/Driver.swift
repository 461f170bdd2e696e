import CLinux
import LinuxSystem

/// The driver behind an interface (ETHTOOL_GDRVINFO).
package struct Driver: Hashable, Sendable {
  /// `igb`, `virtio_net`, `veth`.
  package let name: String
  /// Of most drivers in the kernel's tree, the kernel's release. Nil when it says nothing, as for the next two.
  package let version: String?
  package let firmware: String?
  /// Where the device is: `0000:01:00.0`.
  package let bus: String?

  /// Nil when the interface has no driver to speak of (`lo`).
  package static func of(_ interface: Interface) throws(SystemCallError) -> Driver? {
    var information = ethtool_drvinfo()
    information.cmd = UInt32(ETHTOOL_GDRVINFO)
    guard try EthtoolSocket().ask("ETHTOOL_GDRVINFO", of: interface.name, &information) else { return nil }
    return Driver(information)
  }

  init?(_ information: ethtool_drvinfo) {
    guard let name = withUnsafeBytes(of: information.driver, Self.text) else { return nil }
    self.name = name
    version = withUnsafeBytes(of: information.version, Self.text)
    firmware = withUnsafeBytes(of: information.fw_version, Self.text)
    bus = withUnsafeBytes(of: information.bus_info, Self.text)
  }

  /// Drivers fill what they don't know with nothing, or with `N/A`: both are absent here.
  private static func text(_ field: UnsafeRawBufferPointer) -> String? {
    let text = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    return text.isEmpty || text == "N/A" ? nil : text
  }
}
