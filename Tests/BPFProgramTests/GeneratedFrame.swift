import ReflectorCore

/// A frame's bytes, and where its headers stand for as long as nothing moves them.
struct GeneratedFrame {
  var bytes: [UInt8]
  let isIPv4: Bool
  /// Offsets of the IP header, the UDP header and the UDP payload.
  private(set) var l3: Int
  private(set) var l4: Int
  private(set) var payload: Int

  init(_ frame: TestFrame) {
    bytes = frame.bytes
    l3 = frame.networkOffset
    l4 = frame.udpOffset
    payload = frame.payloadOffset
    if case .ipv4 = frame.network { isIPv4 = true } else { isIPv4 = false }
  }

  /// Writes where the frame still has that byte: it may have been cut before.
  mutating func put(_ values: [UInt8], at offset: Int) {
    for (index, value) in values.enumerated() where bytes.indices.contains(offset + index) {
      bytes[offset + index] = value
    }
  }

  mutating func change(at offset: Int, _ change: (UInt8) -> UInt8) {
    if bytes.indices.contains(offset) { bytes[offset] = change(bytes[offset]) }
  }

  mutating func insertTag(_ tag: [UInt8]) {
    bytes.insert(contentsOf: tag, at: 12)
    l3 += 4
    l4 += 4
    payload += 4
  }

  /// Cuts, but not below what the kernel runs a program on.
  mutating func cut(to length: Int) {
    bytes = Array(bytes.prefix(max(length, LoadedProgram.shortestFrame)))
  }
}
