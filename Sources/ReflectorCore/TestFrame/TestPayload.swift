/// The word in an ITO frame.
package enum ITOSignature: String, CaseIterable, Sendable {
  case probe = "PROBEOT"
  case data = "DATA:OT"
  case latency = "LATENCY"
}

/// The header of throughput testers' frames: 24 bytes, of which short frames carry only the beginning.
package struct ThroughputHeader: Hashable, Sendable {
  /// The test that the frame belongs to, by its signature: 7 bytes each, with the space.
  package enum Kind: String, CaseIterable, Sendable {
    case rfc2544 = "RFC2544"
    case y1564 = "Y.1564 "
  }

  package var kind: Kind
  /// Counts the stream's frames; wraps.
  package var sequence: UInt32 = 0
  /// The sender's clock, nanoseconds.
  package var sentNanoseconds: UInt64 = 0
  /// Which of the sender's streams.
  package var stream: UInt32 = 0
  package var flags: UInt8 = 0

  package init(kind: Kind, sequence: UInt32 = 0, stream: UInt32 = 0) {
    self.kind = kind
    self.sequence = sequence
    self.stream = stream
  }

  /// Signature at 0, sequence at 7, time at 11, stream at 19, flags at 23.
  var bytes: [UInt8] {
    Array(kind.rawValue.utf8) + sequence.bigEndianBytes + sentNanoseconds.bigEndianBytes + stream.bigEndianBytes
      + [flags]
  }
}

/// What a test frame's UDP payload begins with; a pattern fills up the rest.
package enum TestPayload: Hashable, Sendable {
  /// Five opaque bytes, then the word. Fewer opaque bytes are filled up with zeros, more are cut.
  case ito(ITOSignature, opaque: [UInt8] = [])
  case throughput(ThroughputHeader)
  case raw([UInt8])

  /// Whole, even where a short frame will carry only the beginning.
  package var bytes: [UInt8] {
    switch self {
    case .ito(let signature, let opaque):
      Array((opaque + Array(repeating: 0, count: 5)).prefix(5)) + Array(signature.rawValue.utf8)
    case .throughput(let header): header.bytes
    case .raw(let bytes): bytes
    }
  }

  /// Bytes without which a frame isn't one of this kind: up to the end of the signature.
  package var shortestLength: Int {
    switch self {
    case .ito: 12
    case .throughput: 7
    case .raw(let bytes): bytes.count
    }
  }
}

extension FixedWidthInteger {
  /// In network byte order.
  package var bigEndianBytes: [UInt8] {
    stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
