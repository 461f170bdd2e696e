import CMNL
import Glibc

/// Reading RTM_NEWLINK: pure functions over its bytes.
extension Interface {
  /// Nil for other messages, and for one without a name: cut short, that is.
  init?(_ header: NetlinkHeader, _ payload: RawSpan) {
    guard header.type == Int(RTM_NEWLINK), let fixed = LinkHeader(payload) else { return nil }
    name = ""
    index = fixed.index
    isUp = fixed.isUp
    hasCarrier = fixed.hasCarrier
    // A closure over a half-made `self` isn't possible, over a copy it is.
    var copy = self
    NetlinkAttributes.forEach(in: payload.extracting(droppingFirst: LinkHeader.size)) { type, value in
      copy.take(type, value)
    }
    guard !copy.name.isEmpty else { return nil }
    // A veth that lost its peer says its own index. In another namespace the peer may well have the same.
    if copy.linkNamespace == nil, copy.linkIndex == copy.index { copy.linkIndex = nil }
    self = copy
  }

  private mutating func take(_ type: Int, _ value: RawSpan) {
    switch type {
    case Int(IFLA_IFNAME): name = value.string()
    case Int(IFLA_ADDRESS): hardwareAddress = value.byteCount > 0 ? HardwareAddress(value.octets()) : nil
    case Int(IFLA_MTU): mtu = value.u32() ?? mtu
    case Int(IFLA_PROMISCUITY): isPromiscuous = (value.u32() ?? 0) > 0
    case Int(IFLA_NUM_RX_QUEUES): receiveQueues = value.u32() ?? receiveQueues
    case Int(IFLA_NUM_TX_QUEUES): transmitQueues = value.u32() ?? transmitQueues
    // A veth that lost its peer says 0, too.
    case Int(IFLA_LINK): linkIndex = value.i32().flatMap { $0 > 0 ? $0 : nil }
    case Int(IFLA_LINK_NETNSID): linkNamespace = value.i32()
    case Int(IFLA_LINKINFO): kind = Self.kind(value)
    case Int(IFLA_PROP_LIST): alternativeNames = Self.alternativeNames(value)
    case Int(IFLA_XDP): xdp = XDPAttachment(value)
    default: break
    }
  }

  private static func kind(_ information: RawSpan) -> String? {
    var kind: String?
    NetlinkAttributes.forEach(in: information) { type, value in
      if type == Int(IFLA_INFO_KIND) { kind = value.string() }
    }
    return kind
  }

  private static func alternativeNames(_ properties: RawSpan) -> [String] {
    var names: [String] = []
    NetlinkAttributes.forEach(in: properties) { type, value in
      if type == Int(IFLA_ALT_IFNAME) { names.append(value.string()) }
    }
    return names
  }
}

extension XDPAttachment {
  /// From the attributes inside IFLA_XDP; nil when nothing is attached.
  init?(_ attributes: RawSpan) {
    var mode: Mode?
    var programs: [Int: UInt32] = [:]
    NetlinkAttributes.forEach(in: attributes) { type, value in
      switch type {
      case Int(IFLA_XDP_ATTACHED): mode = value.u8().flatMap(Mode.init(rawValue:))
      default: programs[type] = value.u32()
      }
    }
    guard let mode else { return nil }
    self.mode = mode
    // Only a single program has its id in IFLA_XDP_PROG_ID.
    let order = [Int(IFLA_XDP_PROG_ID), Int(IFLA_XDP_DRV_PROG_ID), Int(IFLA_XDP_SKB_PROG_ID), Int(IFLA_XDP_HW_PROG_ID)]
    programID = order.lazy.compactMap { programs[$0] }.first { $0 != 0 }
  }
}
