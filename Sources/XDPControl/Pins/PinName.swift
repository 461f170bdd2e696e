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
    name.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case ".", "@", "%", "/": text += "%" + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
