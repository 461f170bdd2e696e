/// Which headers a reflected frame has swapped.
///
/// All three reflect the same set of frames: a mode says how a frame goes back, never whether.
public enum ReflectMode: String, CaseIterable, Sendable {
  /// Ethernet addresses.
  case mac
  /// Ethernet and IP addresses.
  case macIP = "mac-ip"
  /// Ethernet and IP addresses, and UDP ports.
  case all
}
