/// Swaps of neighbouring fields. Two equal fields side by side are one number with its halves changed
/// over, whatever the byte order of the machine.
///
/// Each traps outside of the span; ``ReflectMode/reflect(_:)`` has compared the offsets before.
extension MutableRawSpan {
  /// The two 6-byte addresses at the frame's start, each as 4 and 2 bytes: there is no 6-byte load.
  @inlinable @inline(__always)
  mutating func swapMACAddresses() {
    let destination = (read(at: 0, as: UInt32.self), read(at: 4, as: UInt16.self))
    let source = (read(at: 6, as: UInt32.self), read(at: 10, as: UInt16.self))
    storeBytes(of: source.0, toByteOffset: 0, as: UInt32.self)
    storeBytes(of: source.1, toByteOffset: 4, as: UInt16.self)
    storeBytes(of: destination.0, toByteOffset: 6, as: UInt32.self)
    storeBytes(of: destination.1, toByteOffset: 10, as: UInt16.self)
  }

  /// Source and destination, 4 bytes each.
  @inlinable @inline(__always)
  mutating func swapIPv4Addresses(at offset: Int) {
    let pair = read(at: offset, as: UInt64.self)
    storeBytes(of: pair << 32 | pair >> 32, toByteOffset: offset, as: UInt64.self)
  }

  /// Source and destination, 16 bytes each: one vector register each way.
  @inlinable @inline(__always)
  mutating func swapIPv6Addresses(at offset: Int) {
    let source = read(at: offset, as: SIMD2<UInt64>.self)
    let destination = read(at: offset &+ 16, as: SIMD2<UInt64>.self)
    storeBytes(of: destination, toByteOffset: offset, as: SIMD2<UInt64>.self)
    storeBytes(of: source, toByteOffset: offset &+ 16, as: SIMD2<UInt64>.self)
  }

  /// UDP source and destination port.
  @inlinable @inline(__always)
  mutating func swapPorts(at offset: Int) {
    let pair = read(at: offset, as: UInt32.self)
    storeBytes(of: pair << 16 | pair >> 16, toByteOffset: offset, as: UInt32.self)
  }

  /// In the machine's byte order, at any alignment.
  @inlinable
  func read<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    unsafeLoadUnaligned(fromByteOffset: offset, as: type)
  }
}
