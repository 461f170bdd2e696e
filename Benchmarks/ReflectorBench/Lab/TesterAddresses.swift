import ReflectorCore

/// Who is who on the veth pair.
enum TesterAddresses {
  /// With an OUI that the reflector answers by default.
  static let tester = MACAddress(0x00, 0xc0, 0x17, 0x00, 0x00, 0x01)
  /// Locally administered: nobody's.
  static let reflector = MACAddress(0x02, 0x00, 0x00, 0x00, 0x00, 0x02)
}
