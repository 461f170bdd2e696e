import CMNL

/// A bitset of ethtool netlink in its long form, in which each bit has its name.
struct NamedBits: Hashable, Sendable {
  /// Bits listed.
  var known: Set<String> = []
  var set: Set<String> = []

  init() {}

  /// From the attributes of a bitset. Without a mask (ETHTOOL_A_BITSET_NOMASK) only the bits that are set
  /// are listed, and carry no value; with one, the value says which of them are set.
  init(_ attributes: RawSpan) {
    var hasMask = true
    var listed: [(name: String, isSet: Bool)] = []
    NetlinkAttributes.forEach(in: attributes) { type, value in
      switch type {
      case Int(ETHTOOL_A_BITSET_NOMASK): hasMask = false
      case Int(ETHTOOL_A_BITSET_BITS):
        NetlinkAttributes.forEach(in: value) { _, bit in
          if let bit = Self.bit(bit) { listed.append(bit) }
        }
      default: break
      }
    }
    known = Set(listed.map(\.name))
    set = Set(listed.filter { $0.isSet || !hasMask }.map(\.name))
  }

  /// Puts a bitset with a mask: the bits named, on or off, and no others.
  static func put(_ type: some BinaryInteger, _ bits: [String: Bool], into request: inout NetlinkRequest) {
    request.nest(Int(type)) { request in
      request.nest(Int(ETHTOOL_A_BITSET_BITS)) { request in
        // In an order of its own, so that the same change is the same message.
        for (name, isOn) in bits.sorted(by: { $0.key < $1.key }) {
          request.nest(Int(ETHTOOL_A_BITSET_BITS_BIT)) { request in
            request.put(Int(ETHTOOL_A_BITSET_BIT_NAME), name)
            if isOn { request.put(Int(ETHTOOL_A_BITSET_BIT_VALUE), [UInt8]()) }
          }
        }
      }
    }
  }

  private static func bit(_ attributes: RawSpan) -> (name: String, isSet: Bool)? {
    var name: String?
    var isSet = false
    NetlinkAttributes.forEach(in: attributes) { type, value in
      switch type {
      case Int(ETHTOOL_A_BITSET_BIT_NAME): name = value.string()
      case Int(ETHTOOL_A_BITSET_BIT_VALUE): isSet = true
      default: break
      }
    }
    return name.map { ($0, isSet) }
  }
}
