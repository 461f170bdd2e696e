import CReflectorABI
import LinuxSystem
import ReflectorCore

/// One change of what is in force: checked before anything is written, and then whole or not at all.
extension ReflectorMaps {
  /// Gives instructions to maps that are new, so empty. No frame meets half of them: until the interface's address is
  /// there, which comes last, it is 00:00:00:00:00:00, which no frame is sent to.
  package func install(_ instructions: Instructions, mac: MACAddress) throws(PolicyError) {
    let plan = try PolicyPlan(instructions, before: PolicyState.none, self)
    do throws(SystemCallError) {
      var writer = PolicyWriter(self)
      try plan.add(&writer)
      try write(plan.rules, plan.table, plan.config, bank: 0)
      try address.update(0, reflector_address(mac: mac.tuple, reserved: (0, 0)))
    } catch {
      throw .system(error)
    }
  }

  /// Takes the step from what is in force to what is to be. The caller has its turn (``PolicyLock``).
  ///
  /// - Parameter before: read in the same turn.
  /// - Returns: whether anything changed.
  /// - Throws: with nothing changed. What was written before the kernel refused was taken back.
  @discardableResult
  package func apply(_ instructions: Instructions, before: PolicyState) throws(PolicyError) -> Bool {
    let plan = try PolicyPlan(instructions, before: before, self)
    guard !plan.isEmpty else { return false }
    var writer = PolicyWriter(self)
    do throws(SystemCallError) {
      try plan.add(&writer)
      var generation = before.generation
      if plan.changesBank {
        // Whoever still reads that bank does so from the time before the last change.
        GracePeriod.wait()
        for id in plan.reusedIDs { try ruleCounters.updateOnAllCPUs(id, reflector_rule_counters()) }
        try write(plan.rules, plan.table, plan.config, bank: before.bank ^ 1)
        try writer.flip(from: generation, to: generation &+ 1)
        generation &+= 1
      }
      try plan.remove(&writer)
      // Who is known by an entry that went is looked up again.
      if !plan.changesBank || plan.removes { try writer.flip(from: generation, to: generation &+ 2) }
      return true
    } catch {
      writer.undo()
      throw .system(error)
    }
  }

  /// Writes a bank as a whole: what was in it before is nobody's.
  private func write(
    _ entries: [reflector_rule], _ table: RuleTable, _ settings: reflector_config, bank: UInt32
  ) throws(SystemCallError) {
    let slots = REFLECTOR_SLOTS.rawValue
    var rules = [reflector_rule](repeating: reflector_rule(), count: Int(slots))
    for entry in entries { rules[Int(entry.signature.slot(settings.seed))] = entry }
    var candidates = [reflector_candidates](repeating: reflector_candidates(), count: Int(slots))
    for (port, shapes) in table.ports {
      candidates[Int(reflector_port_slot(port, settings.seed))] = reflector_candidates(shapes, port: port)
    }
    let keys = Array(bank * slots..<(bank + 1) * slots)
    try signatures.update(keys, rules)
    try ports.update(keys, candidates)
    try config.update(bank, settings)
  }
}

extension PolicyState {
  /// Of maps that are new.
  static let none = PolicyState(
    generation: 0, config: reflector_config(), rules: [], networks: [:], destinations: [], macs: [])
}
