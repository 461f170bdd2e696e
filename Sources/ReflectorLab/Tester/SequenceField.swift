/// The five opaque bytes before an ITO signature, as the lab uses them: a mark and a sequence number.
///
/// ```
/// payload: mark (1) | sequence, big-endian (4) | signature (7) | the rest
/// ```
package enum SequenceField {
  /// Tells the lab's frames from those of another tester with the same signature.
  package static let mark: UInt8 = 0x5a
  static let length = 5

  /// The five bytes.
  package static func bytes(_ sequence: UInt32) -> [UInt8] {
    [mark] + (0..<4).map { UInt8(truncatingIfNeeded: sequence >> (24 - 8 * $0)) }
  }

  /// The sequence number of a frame, wherever its payload begins: a frame that lost its tag on the way
  /// is still known by its number. nil if this isn't one of ours, or its mark or signature is damaged.
  package static func read(_ frame: [UInt8]) -> UInt32? {
    for offset in payloadOffsets where matches(frame, at: offset) {
      return frame[(offset + 1)..<(offset + length)].reduce(0) { $0 << 8 | UInt32($1) }
    }
    return nil
  }

  private static let payloadOffsets = LabProtocol.allCases.map(\.payloadOffset)
  private static let signature = Array("PROBEOT".utf8)

  private static func matches(_ frame: [UInt8], at offset: Int) -> Bool {
    let end = offset + length + signature.count
    return frame.count >= end && frame[offset] == mark && frame[(offset + length)..<end].elementsEqual(signature)
  }
}
