/// Why a text is no network.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  case address(String)
  case prefix(String, Network.Family)
  /// Bits are set after the prefix: most likely a slip, of which the network would be another one than was meant.
  case hostBits(String, meant: Network)

  public var description: String {
    switch self {
    case .address(let text):
      "'\(text)' is no network; an address is allowed, or one with the length of a prefix, such as 192.0.2.0/24 or "
        + "2001:db8::/32"
    case .prefix(let text, let family): "'\(text)' has no good prefix; 0 to \(family.width) bits are allowed"
    case .hostBits(let text, let meant):
      "'\(text)' has bits set after its prefix; \(meant) is that network, and an address alone is one address"
    }
  }
}

extension Network {
  /// `192.0.2.0/24`, `2001:db8::/32`; an address alone is a network of one.
  public init(parsing text: String) throws(NetworkError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { throw .address(text) }
    let whole = Network(address)
    guard parts.count == 2 else {
      self = whole
      return
    }
    let digits = parts[1]
    guard !digits.isEmpty, digits.utf8.count <= 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(digits), length <= whole.family.width
    else { throw .prefix(text, whole.family) }
    self.init(containing: address, prefixLength: length)
    guard bits == whole.bits else { throw .hostBits(text, meant: self) }
  }
}
