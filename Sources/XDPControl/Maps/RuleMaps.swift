import CReflectorABI
import ReflectorCore
import LinuxSystem

/// Writes policy into the maps: pure encoding, and the order in which entries are set.
extension ReflectorMaps {
  /// Sets the rules and what the program must know of its interface. For maps that are new, so empty.
  ///
  /// `config` comes last: until it is there the interface's address is 00:00:00:00:00:00, which no frame
  /// is sent to, so no frame meets half a table.
  package func install(_ table: RuleTable, mac: MACAddress, oui: OUI?) throws(SystemCallError) {
    for (id, rule) in table.rules.enumerated() {
      try signatures.update(reflector_signature(rule), reflector_rule(id: UInt32(id), name: rule.name))
    }
    for (port, shapes) in table.ports { try ports.update(port, reflector_candidates(shapes)) }
    try config.update(0, reflector_config(mac: mac, oui: oui, anyPort: table.anyPort))
  }

  /// Leaves a queue's frames to the stack (datapath kernel). For maps that are new.
  package func close(queue: Int) throws(SystemCallError) {
    try queueCounters.updateOnAllCPUs(UInt32(queue), reflector_queue_counters(reflected: 0, closed: 1))
  }

  /// Tells the program that its interface has this address, if it has another in mind: true if so.
  ///
  /// While it runs. A frame that meets the entry half written is one to neither address, and passes.
  package func follow(mac: MACAddress) throws(SystemCallError) -> Bool {
    guard var entry = try config.value(0), MACAddress(entry.mac) != mac else { return false }
    entry.mac = mac.tuple
    try config.update(0, entry)
    return true
  }
}

extension reflector_signature {
  /// The key under which a rule is found: its bytes stand at the end, as the program reads them.
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
}

extension reflector_rule {
  /// - Parameter name: at most 23 bytes; ``Rule`` sees to that.
  package init(id: UInt32, name: String) {
    self.init()
    self.id = id
    copy(name, into: &self.name)
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
  package init(_ list: [Shape]) {
    self.init()
    count = UInt32(list.count)
    withUnsafeMutableBytes(of: &shapes) { entries in
      let entries = entries.assumingMemoryBound(to: reflector_shape.self)
      for (index, shape) in list.enumerated() { entries[index] = reflector_shape(shape) }
    }
  }
}

extension reflector_config {
  package init(mac: MACAddress, oui: OUI?, anyPort: [Shape]) {
    self.init()
    self.mac = mac.tuple
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
