import CReflectorABI
import ReflectorCore

/// The pure table in the words of the maps. Written here once more, apart from the product's loader, on
/// purpose: what both got wrong in the same way no test would see.
extension RuleTable {
  func entry(for port: UInt16) -> reflector_candidates {
    var candidates = Self.candidates(ports[port] ?? [])
    candidates.port = UInt32(port)
    return candidates
  }

  /// Whether each entry has a slot of its own.
  func isPlaced(_ rules: [reflector_rule], seed: UInt32) -> Bool {
    Set(ports.keys.map { Self.slot(of: $0, seed) }).count == ports.count
      && Set(rules.map { Self.slot(of: $0.signature, seed) }).count == rules.count
  }

  static func slot(of port: UInt16, _ seed: UInt32) -> UInt32 { (UInt32(port) &* seed) >> 22 }

  static func slot(of signature: reflector_signature, _ seed: UInt32) -> UInt32 {
    let factor = UInt64(seed) << 32 | UInt64(seed)
    return withUnsafeBytes(of: signature) { bytes in
      let words = (0..<3).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
      return UInt32(truncatingIfNeeded: words.reduce(0) { ($0 ^ $1) &* factor } >> 54)
    }
  }

  static func candidates(_ shapes: [Shape]) -> reflector_candidates {
    var candidates = reflector_candidates()
    candidates.count = UInt32(shapes.count)
    withUnsafeMutableBytes(of: &candidates.shapes) { slots in
      for (index, shape) in shapes.enumerated() {
        var entry = reflector_shape()
        entry.offset = shape.offset
        entry.length = shape.length
        entry.port = shape.port
        withUnsafeMutableBytes(of: &entry.mask) { mask in
          for place in (16 - Int(shape.length))..<16 { mask[place] = 0xff }
        }
        slots.storeBytes(
          of: entry, toByteOffset: index * MemoryLayout<reflector_shape>.stride, as: reflector_shape.self)
      }
    }
    return candidates
  }

  static func key(of rule: Rule) -> reflector_signature {
    var key = reflector_signature()
    key.port = rule.port
    key.offset = rule.signature.offset
    key.length = UInt16(rule.signature.bytes.count)
    withUnsafeMutableBytes(of: &key.bytes) { bytes in
      for (index, byte) in rule.signature.bytes.enumerated() {
        bytes[16 - rule.signature.bytes.count + index] = byte
      }
    }
    return key
  }

  static func value(of rule: Rule, id: Int) -> reflector_rule {
    var value = reflector_rule()
    value.signature = key(of: rule)
    value.id = UInt32(id)
    value.position = UInt32(id)
    withUnsafeMutableBytes(of: &value.name) { $0.copyBytes(from: rule.name.utf8) }
    return value
  }
}

extension Classifier {
  func config(seed: UInt32) -> reflector_config {
    var config = reflector_config()
    config.seed = seed
    config.oui = (oui ?? OUI(0, 0, 0)).tuple
    config.any_oui = oui == nil ? 1 : 0
    config.any_port = RuleTable.candidates(table.anyPort)
    return config
  }
}
