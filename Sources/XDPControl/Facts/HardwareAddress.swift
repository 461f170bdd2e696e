/// A link-layer address as the kernel has it: 6 bytes for Ethernet, and other lengths elsewhere
/// (20 for IP over InfiniBand), which is why this is not a MAC address type.
package struct HardwareAddress: Hashable, Sendable, CustomStringConvertible {
  /// In the order in which they go over the wire.
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// `00:c0:17:0a:0b:0c`
  package var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}
