import ReflectorCore

/// What can be wrong with a frame, each aimed at a check or at the edge of one.
enum Mutation: CaseIterable {
  // Anything anywhere.
  case bit, byte, cut, trailer
  // Ethernet and tags.
  case groupDestination, otherDestination, groupSource, ownSource, otherOUI, moreTags, etherType
  // IP.
  case ipVersion, headerLength, ipLength, fragment, upperProtocol, groupAddress, sameAddress
  // UDP and payload.
  case udpLength, bothLengths, port, signatureByte, signatureShift

  func apply(to frame: inout GeneratedFrame, _ generator: inout FrameGenerator) {
    switch self {
    case .bit, .byte, .cut, .trailer: applyAnywhere(to: &frame, &generator)
    case .groupDestination, .otherDestination, .groupSource, .ownSource, .otherOUI, .moreTags, .etherType:
      applyToEthernet(of: &frame, &generator)
    case .ipVersion, .headerLength, .ipLength, .fragment, .upperProtocol, .groupAddress, .sameAddress:
      applyToIP(of: &frame, &generator)
    case .udpLength, .bothLengths, .port, .signatureByte, .signatureShift: applyToUDP(of: &frame, &generator)
    }
  }

  private func applyAnywhere(to frame: inout GeneratedFrame, _ generator: inout FrameGenerator) {
    // Most often in the headers.
    let end = generator.chance(0.8) ? min(frame.payload + 16, frame.bytes.count) : frame.bytes.count
    let offset = generator.number(0...(end - 1))
    switch self {
    case .bit: frame.change(at: offset) { $0 ^ 1 << UInt8(generator.number(0...7)) }
    case .byte: frame.put([UInt8(generator.number(0...255))], at: offset)
    case .cut: frame.cut(to: offset)
    default: frame.bytes += (0..<generator.number(1...20)).map { _ in UInt8(generator.number(0...255)) }
    }
  }

  private func applyToEthernet(of frame: inout GeneratedFrame, _ generator: inout FrameGenerator) {
    switch self {
    case .groupDestination: frame.change(at: 0) { $0 | 1 }
    case .otherDestination: frame.change(at: generator.number(0...5)) { $0 ^ 2 << UInt8(generator.number(0...6)) }
    case .groupSource: frame.change(at: 6) { $0 | 1 }
    case .ownSource: frame.put(generator.classifier.mac.bytes, at: 6)
    case .otherOUI: frame.change(at: generator.number(6...8)) { $0 ^ 2 << UInt8(generator.number(0...6)) }
    case .moreTags:
      for _ in 0..<generator.number(1...3) {
        let type = generator.chance(0.5) ? EtherType.dot1Q : EtherType.dot1AD
        frame.insertTag(type.bigEndianBytes + UInt16(generator.number(0...0xffff)).bigEndianBytes)
      }
    default:
      let types: [UInt16] = [0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x0806, 0x8809, 0x8847, 46, 0x0801]
      frame.put(types[generator.number(0...9)].bigEndianBytes, at: frame.l3 - 2)
    }
  }

  private func applyToIP(of frame: inout GeneratedFrame, _ generator: inout FrameGenerator) {
    let l3 = frame.l3
    let addresses = frame.isIPv4 ? l3 + 12 : l3 + 8
    let size = frame.isIPv4 ? 4 : 16
    switch self {
    case .ipVersion: frame.change(at: l3) { $0 & 0xf | UInt8(generator.number(0...15)) << 4 }
    case .headerLength: frame.change(at: l3) { $0 & 0xf0 | UInt8(generator.number(0...15)) }
    case .ipLength:
      let right = frame.isIPv4 ? frame.bytes.count - l3 : frame.bytes.count - l3 - 40
      let header = frame.isIPv4 ? frame.l4 - l3 : 0
      let lengths = [
        0, header - 1, header, header + 7, header + 8, right - 1, right, right + 1, generator.number(0...2000),
      ]
      let length = UInt16(max(0, lengths[generator.number(0...8)]))
      frame.put(length.bigEndianBytes, at: frame.isIPv4 ? l3 + 2 : l3 + 4)
    case .fragment:
      if frame.isIPv4 {
        frame.put((UInt16(1) << UInt16(generator.number(0...15))).bigEndianBytes, at: l3 + 6)
      } else {
        frame.put([IPProtocol.ipv6Fragment], at: l3 + 6)
      }
    case .upperProtocol:
      // Hop-by-hop, TCP, UDP, routing, fragment, ESP, ICMPv6, none, destination options, UDP-Lite.
      let protocols: [UInt8] = [0, 6, 17, 43, 44, 50, 58, 59, 60, 136]
      frame.put([protocols[generator.number(0...9)]], at: frame.isIPv4 ? l3 + 9 : l3 + 6)
    case .groupAddress:
      let first = frame.isIPv4 ? UInt8(generator.number(223...255)) : UInt8(generator.number(254...255))
      frame.put([first], at: generator.chance(0.5) ? addresses : addresses + size)
    default:
      guard frame.bytes.count >= addresses + 2 * size else { return }
      frame.put(Array(frame.bytes[addresses..<addresses + size]), at: addresses + size)
      // The same but for one byte is not the same.
      if generator.chance(0.2) { frame.change(at: addresses + generator.number(0...(size - 1))) { $0 ^ 1 } }
    }
  }

  private func applyToUDP(of frame: inout GeneratedFrame, _ generator: inout FrameGenerator) {
    switch self {
    case .udpLength:
      let right = frame.bytes.count - frame.l4
      let lengths = [0, 7, 8, 9, 14, 15, 19, 20, right - 1, right, right + 1, generator.number(0...2000)]
      frame.put(UInt16(max(0, lengths[generator.number(0...11)])).bigEndianBytes, at: frame.l4 + 4)
    case .bothLengths:
      // A whole datagram, shorter than the frame: around the UDP header's own length, and around the
      // signature's end.
      let length = UInt16(generator.chance(0.5) ? generator.number(7...9) : generator.number(8...40))
      let header = frame.isIPv4 ? frame.l4 - frame.l3 : 0
      frame.put((length + UInt16(header)).bigEndianBytes, at: frame.isIPv4 ? frame.l3 + 2 : frame.l3 + 4)
      frame.put(length.bigEndianBytes, at: frame.l4 + 4)
    case .port:
      let known = Array(generator.classifier.table.ports.keys.sorted())
      let ports = known + [0, 1, 3841, 3842, 3843, 0x020f, UInt16(generator.number(0...0xffff))]
      frame.put(ports[generator.number(0...(ports.count - 1))].bigEndianBytes, at: frame.l4 + 2)
    case .signatureByte:
      let end = max(frame.payload + 1, min(frame.payload + 24, frame.bytes.count))
      frame.change(at: generator.number(frame.payload...(end - 1))) { $0 ^ 1 << UInt8(generator.number(0...7)) }
    default:
      guard frame.bytes.count > frame.payload else { return }
      if generator.chance(0.5) {
        frame.bytes.insert(UInt8(generator.number(0...255)), at: frame.payload)
      } else {
        frame.bytes.remove(at: frame.payload)
      }
    }
  }
}

extension GeneratedFrame {
  /// Mostly one thing wrong; two or three show the order of the checks.
  mutating func mutate(_ generator: inout FrameGenerator) {
    for _ in 0..<(generator.chance(0.6) ? 1 : generator.number(2...3)) {
      Mutation.allCases[generator.number(0...(Mutation.allCases.count - 1))].apply(to: &self, &generator)
    }
  }
}
