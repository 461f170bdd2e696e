/// Reading netlink attributes: pure functions over bytes.
///
/// ```
/// attributes = attribute, padded to 4 bytes, again and again
/// attribute  = length 16 (with this header, without the padding), type 16, payload
/// payload    = a number, a string, bytes, or attributes again
/// ```
///
/// libmnl has readers too, but they are C macros and callbacks over raw pointers. A span can't be read
/// past its end, whatever the lengths in it say.
///
/// The bytes come from the kernel, and yet nothing here trusts a length: whatever is cut short or claims
/// to be longer than its surroundings reads as absent. That costs nothing next to a system call, and it
/// lets a newer kernel say more, or less, than this program was written for.
enum NetlinkAttributes {
  /// `struct nlattr`: length (with this header) and type, 16 bits each, in the host's byte order.
  static let headerSize = 4

  /// Upper bits of the type: NLA_F_NESTED and NLA_F_NET_BYTEORDER.
  private static let typeMask: UInt16 = 0x3fff

  /// Calls `body` for each attribute in order, with its payload. Stops at the first whose length can't be.
  static func forEach<Failure: Error>(
    in bytes: RawSpan, _ body: (_ type: Int, _ payload: RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var rest = bytes
    while let length = rest.u16(at: 0), let type = rest.u16(at: 2) {
      guard Int(length) >= headerSize, Int(length) <= rest.byteCount else { return }
      try body(Int(type & typeMask), rest.extracting(headerSize..<Int(length)))
      // Takes what there is when the last one comes without its padding.
      rest = rest.extracting(droppingFirst: aligned(Int(length)))
    }
  }

  /// Every attribute and message starts at a multiple of 4 (NLA_ALIGNTO).
  static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

/// Values of attributes. Numbers are in the host's byte order; nil when the payload is too short.
extension RawSpan {
  // The one place with an `unsafe` read: the types are plain integers and the bounds are checked.
  private func load<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Number.Type) -> Number? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Number>.size else { return nil }
    return unsafeLoadUnaligned(fromByteOffset: offset, as: type)
  }

  func u8(at offset: Int = 0) -> UInt8? { load(at: offset, as: UInt8.self) }
  func u16(at offset: Int = 0) -> UInt16? { load(at: offset, as: UInt16.self) }
  func u32(at offset: Int = 0) -> UInt32? { load(at: offset, as: UInt32.self) }
  func i32(at offset: Int = 0) -> Int32? { load(at: offset, as: Int32.self) }
  func u64(at offset: Int = 0) -> UInt64? { load(at: offset, as: UInt64.self) }

  /// Newer attributes carry a number in 4 or 8 bytes as it needs (NLA_UINT).
  func uint() -> UInt64? { byteCount >= 8 ? u64() : u32().map(UInt64.init) }

  /// Up to the first NUL, or to the end where there is none. Never nil: an empty string is one.
  func string() -> String {
    String(decoding: octets().prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A copy of the bytes: what outlives the datagram must not point into it.
  func octets() -> [UInt8] {
    (0..<byteCount).map { unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
  }
}
