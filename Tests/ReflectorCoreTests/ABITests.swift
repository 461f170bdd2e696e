import CReflectorABI
import ReflectorCore
import Testing

/// What the shared header says, seen from Swift: sizes, offsets, numbers. The C compiler asserts the
/// sizes too; here it is Swift's importer that is checked, and ReflectorCore, which sees no C.
@Suite("The header shared with the XDP program")
struct ABITests {
  private static let outcomes: [(PassReason, reflector_outcome)] = [
    (.truncated, REFLECTOR_PASSED_TRUNCATED), (.multicastDestination, REFLECTOR_PASSED_MULTICAST_DESTINATION),
    (.foreignDestination, REFLECTOR_PASSED_FOREIGN_DESTINATION), (.multicastSource, REFLECTOR_PASSED_MULTICAST_SOURCE),
    (.ownSource, REFLECTOR_PASSED_OWN_SOURCE), (.tooManyTags, REFLECTOR_PASSED_TOO_MANY_TAGS),
    (.notIP, REFLECTOR_PASSED_NOT_IP), (.malformedIP, REFLECTOR_PASSED_MALFORMED_IP),
    (.fragment, REFLECTOR_PASSED_FRAGMENT), (.notUDP, REFLECTOR_PASSED_NOT_UDP),
    (.multicastIP, REFLECTOR_PASSED_MULTICAST_IP), (.sameIP, REFLECTOR_PASSED_SAME_IP),
    (.malformedUDP, REFLECTOR_PASSED_MALFORMED_UDP), (.otherPort, REFLECTOR_PASSED_OTHER_PORT),
    (.truncatedSignature, REFLECTOR_PASSED_TRUNCATED_SIGNATURE), (.otherSignature, REFLECTOR_PASSED_OTHER_SIGNATURE),
    (.foreignOUI, REFLECTOR_PASSED_FOREIGN_OUI), (.otherQueue, REFLECTOR_PASSED_OTHER_QUEUE),
    (.noCPU, REFLECTOR_PASSED_NO_CPU), (.noSocket, REFLECTOR_PASSED_NO_SOCKET),
  ]

  @Test("every outcome but seen, redirected, reflected and spread is a reason, with the same number")
  func reasons() {
    #expect(Self.outcomes.map(\.0) == PassReason.allCases)
    for (reason, outcome) in Self.outcomes { #expect(reason.rawValue == outcome.rawValue, "\(reason)") }
    #expect(PassReason.allCases.count + 2 * Refusal.allCases.count + 4 == Int(REFLECTOR_OUTCOMES.rawValue))
  }

  private static let refusals: [(Refusal, reflector_outcome)] = [
    (.hopLimit, REFLECTOR_PASSED_HOP_LIMIT), (.deniedMAC, REFLECTOR_PASSED_DENIED_MAC), (.loop, REFLECTOR_PASSED_LOOP),
    (.storm, REFLECTOR_PASSED_STORM), (.ownIP, REFLECTOR_PASSED_OWN_IP),
    (.deniedSource, REFLECTOR_PASSED_DENIED_SOURCE), (.otherSource, REFLECTOR_PASSED_OTHER_SOURCE),
    (.otherDestination, REFLECTOR_PASSED_OTHER_DESTINATION), (.sourceRate, REFLECTOR_PASSED_SOURCE_RATE),
    (.totalRate, REFLECTOR_PASSED_TOTAL_RATE),
  ]

  @Test("every refusal is a reason, with the same number, passed and dropped")
  func policyReasons() {
    #expect(Self.refusals.map(\.0) == Refusal.allCases)
    for (refusal, outcome) in Self.refusals { #expect(refusal.rawValue == outcome.rawValue, "\(refusal)") }
    #expect(Refusal.dropOffset == UInt32(REFLECTOR_POLICY_DROPS.rawValue))
    #expect(Refusal.hopLimit.rawValue + Refusal.dropOffset == REFLECTOR_DROPPED_HOP_LIMIT.rawValue)
    #expect(Refusal.totalRate.rawValue + Refusal.dropOffset == REFLECTOR_DROPPED_TOTAL_RATE.rawValue)
  }

  @Test("a reason's name is its counter's")
  func names() {
    let fields = Mirror(reflecting: reflector_counters()).children.compactMap(\.label)
    #expect(fields.count == Int(REFLECTOR_OUTCOMES.rawValue))
    #expect(fields[Int(REFLECTOR_SEEN.rawValue)] == "seen")
    #expect(fields[Int(REFLECTOR_REDIRECTED.rawValue)] == "redirected")
    #expect(fields[Int(REFLECTOR_REFLECTED.rawValue)] == "reflected")
    #expect(fields[Int(REFLECTOR_SPREAD.rawValue)] == "spread")
    for reason in PassReason.allCases { #expect(fields[Int(reason.rawValue)] == "passed_" + reason.name) }
    for refusal in Refusal.allCases {
      #expect(fields[Int(refusal.rawValue)] == "passed_" + refusal.name)
      #expect(fields[Int(refusal.rawValue + Refusal.dropOffset)] == "dropped_" + refusal.name)
    }
  }

  @Test("limits are the same")
  func limits() {
    #expect(RuleTable.maximumRules == Int(REFLECTOR_MAX_RULES.rawValue))
    #expect(RuleTable.maximumRules * 16 <= Int(REFLECTOR_SLOTS.rawValue), "a seed would be hard to find")
    #expect(RuleTable.maximumShapes == Int(REFLECTOR_MAX_SHAPES.rawValue))
    #expect(Signature.offsets == 0...Int(REFLECTOR_MAX_OFFSET.rawValue))
    #expect(Signature.lengths == 1...Int(REFLECTOR_MAX_SIGNATURE.rawValue))
    #expect(Rule.nameLengths == 1...(Int(REFLECTOR_RULE_NAME_SIZE.rawValue) - 1))
  }

  @Test("sizes are those that the program was compiled with")
  func sizes() {
    #expect(MemoryLayout<reflector_counters>.size == 8 * Int(REFLECTOR_OUTCOMES.rawValue))
    #expect(MemoryLayout<reflector_shape>.size == 24)
    #expect(MemoryLayout<reflector_candidates>.size == 104)
    #expect(MemoryLayout<reflector_signature>.size == 24)
    #expect(MemoryLayout<reflector_rule>.size == 56)
    #expect(MemoryLayout<reflector_rule_counters>.size == 16)
    #expect(MemoryLayout<reflector_generation>.size == 8)
    #expect(MemoryLayout<reflector_address>.size == 8)
    #expect(MemoryLayout<reflector_config>.size == 192)
    #expect(MemoryLayout<reflector_network4_key>.size == 8)
    #expect(MemoryLayout<reflector_network6_key>.size == 20)
    #expect(MemoryLayout<reflector_network>.size == 8)
    #expect(MemoryLayout<reflector_mac_key>.size == 8)
    #expect(MemoryLayout<reflector_flow_key>.size == 40)
    #expect(MemoryLayout<reflector_flow>.size == 72)
    #expect(MemoryLayout<reflector_bucket>.size == 16)
    #expect(MemoryLayout<reflector_source_key>.size == 16)
    #expect(MemoryLayout<reflector_alarms>.size == 80)
    #expect(MemoryLayout<reflector_queue_counters>.size == 24)
    #expect(MemoryLayout<reflector_cpu>.size == 8)
    #expect(MemoryLayout<reflector_cpu_counters>.size == 16)
    #expect(MemoryLayout<reflector_refusals>.size == 16)
    #expect(MemoryLayout<reflector_session>.size == 96)
    #expect(MemoryLayout<reflector_worker>.size == 128)
    #expect(MemoryLayout<reflector_xsk_statistics>.size == 64)
  }

  /// With no padding anywhere the sizes of the fields add up, so each field's offset follows from the
  /// order; the last field of each structure says whether that holds.
  @Test("there is no padding: the last fields end with their structures")
  func offsets() {
    #expect(
      MemoryLayout<reflector_counters>.offset(of: \.dropped_total_rate)
        == 8 * Int(REFLECTOR_DROPPED_TOTAL_RATE.rawValue))
    #expect(MemoryLayout<reflector_shape>.offset(of: \.mask) == 8)
    #expect(MemoryLayout<reflector_candidates>.offset(of: \.shapes) == 8)
    #expect(MemoryLayout<reflector_signature>.offset(of: \.bytes) == 8)
    #expect(MemoryLayout<reflector_rule>.offset(of: \.name) == 32)
    #expect(MemoryLayout<reflector_rule_counters>.offset(of: \.bytes) == 8)
    #expect(MemoryLayout<reflector_config>.offset(of: \.oui) == 0)
    #expect(MemoryLayout<reflector_config>.offset(of: \.any_oui) == 3)
    #expect(MemoryLayout<reflector_config>.offset(of: \.seed) == 4)
    #expect(MemoryLayout<reflector_config>.offset(of: \.source_rate) == 16)
    #expect(MemoryLayout<reflector_config>.offset(of: \.any_port) == 88)
    #expect(MemoryLayout<reflector_flow>.offset(of: \.mac) == 64)
    #expect(MemoryLayout<reflector_alarms>.offset(of: \.last_mac) == 72)
    #expect(MemoryLayout<reflector_session>.offset(of: \.statistics_ns) == 32)
    #expect(MemoryLayout<reflector_session>.offset(of: \.interface) == 80)
    #expect(MemoryLayout<reflector_queue_counters>.offset(of: \.closed) == 8)
    #expect(MemoryLayout<reflector_worker>.offset(of: \.queue) == 96)
    #expect(MemoryLayout<reflector_worker>.offset(of: \.reserved) == 112)
    #expect(MemoryLayout<reflector_xsk_statistics>.offset(of: \.reserved) == 48)
  }
}
