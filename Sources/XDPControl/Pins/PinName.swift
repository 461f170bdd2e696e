/// The name of an interface's folder of pins: unique on the host, and accepted by bpffs.
///
/// `eth0` in the host's network namespace, `eth0@lab` in the namespace named `lab`. bpffs refuses dots
/// (they are reserved), and VLAN interfaces have them: `eth0.100` becomes `eth0%2e100`.
package struct PinName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Parameter namespace: the namespace's name, or its inode in digits if it has none; nil for the
  ///   host's.
  package init(interface: String, namespace: String?) {
    description = Self.escaped(interface) + (namespace.map { "@" + Self.escaped($0) } ?? "")
  }

  private static func escaped(_ name: String) -> String {
    name.utf8.reduce(into: "") { text, byte in
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "/"):
        text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      default:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
  }
}
