import CReflectorABI

/// Finds the seed with which no two entries of `ports`, and none of `signatures`, share a slot.
enum SlotSeed {
  /// With 64 of both about one seed in fifty will do.
  private static let tries: UInt32 = 1_000_000

  /// Nil if none was found, which with different entries doesn't happen.
  static func find(ports: [UInt16], signatures: [reflector_signature]) -> UInt32? {
    (0..<tries).lazy.map { ($0 &* 0x9e37_79b9) | 1 }.first { seed in
      areDistinct(ports.map { reflector_port_slot($0, seed) }) && areDistinct(signatures.map { $0.slot(seed) })
    }
  }

  private static func areDistinct(_ slots: [UInt32]) -> Bool { Set(slots).count == slots.count }
}
