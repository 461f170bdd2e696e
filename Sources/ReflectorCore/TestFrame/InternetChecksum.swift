/// The checksum of RFC 1071, computed plainly: this is what checks the code that avoids computing it.
package enum InternetChecksum {
  /// The complement of the ones' complement sum of the 16-bit words; an odd last byte counts as the
  /// upper half of a word. 0 over bytes that hold a right checksum.
  package static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var sum: UInt32 = 0
    var isUpper = true
    for byte in bytes {
      sum += isUpper ? UInt32(byte) << 8 : UInt32(byte)
      // The carry comes back in at the bottom.
      sum = sum & 0xffff + sum >> 16
      isUpper.toggle()
    }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}
