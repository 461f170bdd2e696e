import CReflectorABI
import ReflectorCore
import LinuxSystem
import SystemPackage

/// Writes policy into the maps: pure encoding, and the order in which entries are set.
extension ReflectorMaps {
  /// Sets the rules and what the program must know of its interface, with nothing that limits who gets an answer but
  /// the OUI. For maps that are new, so empty.
  package func install(_ table: RuleTable, mac: MACAddress, oui: OUI?) throws(PolicyError) {
    var policy = Policy()
    policy.loopGuard = .off
    if oui == nil { policy.allowedSources = Network.any }
    try install(Instructions(rules: table.rules, oui: oui, policy: policy, keepsFlows: false), mac: mac)
  }

  /// The rules that are in force, by their ids.
  package func rules() throws(SystemCallError) -> [reflector_rule] {
    var rules: [reflector_rule] = []
    let bank = UInt32(truncatingIfNeeded: try generation.value(0)?.number ?? 0) & 1
    for slot in 0..<REFLECTOR_SLOTS.rawValue {
      if let rule = try signatures.value(bank * REFLECTOR_SLOTS.rawValue + slot), rule.signature.length != 0 {
        rules.append(rule)
      }
    }
    return rules.sorted { $0.id < $1.id }
  }

  /// Leaves a queue's frames to the stack (datapath kernel). For maps that are new.
  package func close(queue: Int) throws(SystemCallError) {
    try queueCounters.updateOnAllCPUs(UInt32(queue), reflector_queue_counters(reflected: 0, closed: 1, spread: 0))
  }

  /// Tells the program that its interface has this address, if it has another in mind: true if so.
  package func follow(mac: MACAddress) throws(SystemCallError) -> Bool {
    guard let entry = try address.value(0), MACAddress(entry.mac) != mac else { return false }
    try address.update(0, reflector_address(mac: mac.tuple, reserved: (0, 0)))
    return true
  }
}

extension reflector_signature {
  /// What a rule is looked up with: its bytes stand at the end, as the program reads them.
  package init(_ rule: Rule) {
    self.init()
    port = rule.port
    offset = rule.signature.offset
    length = UInt16(rule.signature.bytes.count)
    withUnsafeMutableBytes(of: &bytes) { bytes in
      let start = bytes.count - rule.signature.bytes.count
      for (index, byte) in rule.signature.bytes.enumerated() { bytes[start + index] = byte }
    }
  }

  /// Where it stands in `signatures`.
  package func slot(_ seed: UInt32) -> UInt32 {
    withUnsafeBytes(of: self) { bytes in
      let words = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
      return reflector_signature_slot(words, seed)
    }
  }
}

extension reflector_rule {
  /// - Parameter rule: with a name of at most 23 bytes; ``Rule`` sees to that.
  package init(_ rule: Rule, id: UInt32, position: UInt32? = nil) {
    self.init()
    signature = reflector_signature(rule)
    self.id = id
    self.position = position ?? id
    copy(rule.name, into: &name)
  }
}

extension reflector_shape {
  package init(_ shape: Shape) {
    self.init()
    offset = shape.offset
    length = shape.length
    port = shape.port
    withUnsafeMutableBytes(of: &mask) { mask in
      for index in (mask.count - Int(shape.length))..<mask.count { mask[index] = 0xff }
    }
  }
}

extension reflector_candidates {
  /// - Parameter list: at most REFLECTOR_MAX_SHAPES; ``RuleTable`` sees to that.
  package init(_ list: [Shape], port: UInt16 = 0) {
    self.init()
    self.port = UInt32(port)
    count = UInt32(list.count)
    withUnsafeMutableBytes(of: &shapes) { entries in
      let entries = entries.assumingMemoryBound(to: reflector_shape.self)
      for (index, shape) in list.enumerated() { entries[index] = reflector_shape(shape) }
    }
  }
}

extension reflector_config {
  package init(oui: OUI?, seed: UInt32, anyPort: [Shape]) {
    self.init()
    self.seed = seed
    if let oui { self.oui = oui.tuple } else { any_oui = 1 }
    any_port = reflector_candidates(anyPort)
  }
}

/// Copies text into a C array of the ABI, cut so that a NUL follows.
package func copy<Characters>(_ text: String, into characters: inout Characters) {
  withUnsafeMutableBytes(of: &characters) { space in
    let bytes = text.utf8.prefix(space.count - 1)
    space.copyBytes(from: bytes)
    space[bytes.count] = 0
  }
}
