/// The worker's hot path. `@inlinable` because without it each frame costs a call across modules, and
/// with it none: the figure is "parse and rewrite" in `make bench`.
///
/// What keeps it fast, all seen in the disassembly: one span a frame, unaligned loads, wrapping
/// arithmetic where nothing can wrap, `@inline(__always)` (the two halves were calls without it), a `switch` over the mode (`==` on an enum of strings may compare
/// the strings), a Bool instead of an error, and no call into the Swift runtime.
extension ReflectMode {
  /// Turns a frame round in place: swaps the address pairs of the mode, and nothing else.
  ///
  /// Swapping a pair leaves the IPv4 and UDP checksums right, so there is nothing to compute.
  ///
  /// Takes any bytes of any length. False, with the frame untouched, when its headers aren't Ethernet,
  /// up to two tags, IPv4 or IPv6, UDP, each whole and not a fragment. Whether the frame *may* go back
  /// was decided before, by the XDP program: what ``Classifier`` reflects is always rewritten here, and
  /// lengths that don't concern the headers are not looked at again.
  @inlinable @inline(__always)
  package func reflect(_ frame: inout MutableRawSpan) -> Bool {
    let length = frame.byteCount
    // The shortest that can be UDP. From here on, two tags' EtherTypes are inside the frame.
    guard length >= HeaderLength.ethernet &+ HeaderLength.ipv4 &+ HeaderLength.udp else { return false }
    let outer = frame.bytes.uint16(at: 12)
    guard EtherType.isTag(outer) else { return reflect(&frame, type: outer, at: HeaderLength.ethernet) }
    let inner = frame.bytes.uint16(at: 16)
    guard EtherType.isTag(inner) else {
      return reflect(&frame, type: inner, at: HeaderLength.ethernet &+ HeaderLength.tag)
    }
    return reflect(&frame, type: frame.bytes.uint16(at: 20), at: HeaderLength.ethernet &+ 2 &* HeaderLength.tag)
  }

  /// Thrice inlined, once for each place that the IP header can have: there all offsets are constants.
  @inlinable @inline(__always)
  func reflect(_ frame: inout MutableRawSpan, type: UInt16, at l3: Int) -> Bool {
    switch type {
    case EtherType.ipv4: reflectIPv4(&frame, at: l3)
    case EtherType.ipv6: reflectIPv6(&frame, at: l3)
    default: false
    }
  }

  /// The header's length is the frame's own word: l4 lies up to 60 bytes on and is compared again.
  @inlinable @inline(__always)
  func reflectIPv4(_ frame: inout MutableRawSpan, at l3: Int) -> Bool {
    let length = frame.byteCount
    guard length >= l3 &+ HeaderLength.ipv4 &+ HeaderLength.udp else { return false }
    let versionAndLength = frame.bytes.uint8(at: l3)
    let l4 = l3 &+ Int(versionAndLength & 0xf) &* 4
    // 4 above, at least 5 below; more-fragments or an offset would put no UDP header at l4.
    guard (0x45...0x4f).contains(versionAndLength), frame.bytes.uint16(at: l3 &+ 6) & 0x3fff == 0,
      frame.bytes.uint8(at: l3 &+ 9) == IPProtocol.udp, length >= l4 &+ HeaderLength.udp
    else { return false }
    frame.swapMACAddresses()
    switch self {
    case .mac: break
    case .macIP: frame.swapIPv4Addresses(at: l3 &+ 12)
    case .all:
      frame.swapIPv4Addresses(at: l3 &+ 12)
      frame.swapPorts(at: l4)
    }
    return true
  }

  /// A fragment or another extension header shows as a next header that isn't UDP.
  @inlinable @inline(__always)
  func reflectIPv6(_ frame: inout MutableRawSpan, at l3: Int) -> Bool {
    let l4 = l3 &+ HeaderLength.ipv6
    guard frame.byteCount >= l4 &+ HeaderLength.udp, frame.bytes.uint8(at: l3) >> 4 == 6,
      frame.bytes.uint8(at: l3 &+ 6) == IPProtocol.udp
    else { return false }
    frame.swapMACAddresses()
    switch self {
    case .mac: break
    case .macIP: frame.swapIPv6Addresses(at: l3 &+ 8)
    case .all:
      frame.swapIPv6Addresses(at: l3 &+ 8)
      frame.swapPorts(at: l4)
    }
    return true
  }
}
