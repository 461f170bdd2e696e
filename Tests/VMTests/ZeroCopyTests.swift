import TestSupport
import Testing

extension InGuest {
  /// A NIC and its queues, on which zero-copy has to work.
  enum Setting: CaseIterable, CustomTestStringConvertible {
    case igbWith2
    case igbWith4
    case virtioWith2

    var nic: GuestNIC {
      switch self {
      case .igbWith2: .igb0
      case .igbWith4: .igb1
      case .virtioWith2: .virtio0
      }
    }
    var queues: Int { self == .igbWith4 ? 4 : 2 }
    var testDescription: String { "\(nic.name) with \(queues) queues" }
  }

  @Suite struct ZeroCopy {
    @Test(
      "every queue is zero-copy; every size, IPv4, IPv6 and VLAN tags come back byte-exact; RSS spreads",
      arguments: Setting.allCases)
    func reflects(setting: Setting) throws {
      let guest = try Guest.shared
      let nic = setting.nic
      try nic.prepare(guest, queues: setting.queues)
      let reflector = try GuestReflector(on: nic, of: guest)
      try expectZeroCopy(reflector, queues: setting.queues)

      let agent = try nic.agent(guest)
      try agent.begin(
        "matrix",
        [
          "families": ["ipv4", "ipv4-options", "ipv6"], "tags": ["untagged", "802.1q", "qinq"],
          "sizes": [60, 64, 65, 128, 512, 1023, 1024, 1025, 1026, 1280, 1500, 1514], "bursts": [24], "flows": 24,
        ])
      let books = try agent.books(seconds: 120)
      books.expectPerfect()
      #expect(books.combinations ?? 0 > 90)
      // The longest that a tag makes of a full frame.
      try agent.send(100, ["flows": 32, "frame": ["tags": "802.1q", "size": 1518]]).expectPerfect(100)
      // At most so many on the way: a bounded rate.
      let rest = try agent.send(5000, ["flows": 256, "window": 64], seconds: 120)
      rest.expectPerfect(5000)

      let totals = try reflector.stop()
      totals.expectAccounts(forSent: books.sent + 100 + 5000)
      #expect(totals.attachMode == "native")
      #expect(totals.queues.count == setting.queues)
      for queue in totals.queues { #expect(queue.received > 500, "\(totals.queues)") }
    }

    @Test("an RSS table with one queue in it feeds that queue, and each reflects", arguments: Setting.allCases)
    func oneQueue(setting: Setting) throws {
      let guest = try Guest.shared
      let nic = setting.nic
      try nic.prepare(guest, queues: setting.queues)
      let reflector = try GuestReflector(on: nic, of: guest)
      let agent = try nic.agent(guest)
      defer { _ = try? guest.run("ethtool -X \(nic.name) default") }
      for queue in 0..<setting.queues {
        let before = try reflector.statistics()
        try guest.runChecked("ethtool -X \(nic.name) start \(queue) equal 1")
        try agent.send(100, ["flows": 64, "window": 32]).expectPerfect(100)
        let after = try reflector.statistics()
        let received = zip(after.queues, before.queues).map { $0.received - $1.received }
        #expect(received == (0..<setting.queues).map { $0 == queue ? 100 : 0 })
      }
      try reflector.stop().expectAccounts(forSent: 100 * setting.queues)
    }
  }
}

/// Every queue is bound zero-copy, and the program attached natively: by the program's word, and by the kernel's.
func expectZeroCopy(
  _ reflector: GuestReflector, queues: Int, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (guest, nic) = (reflector.guest, reflector.nic)
  let all = Array(0..<queues)
  #expect(reflector.attached.attachMode == "native", sourceLocation: sourceLocation)
  #expect(reflector.attached.refusals == [], sourceLocation: sourceLocation)
  let statistics = try reflector.statistics()
  #expect(statistics.attachMode == "native", sourceLocation: sourceLocation)
  #expect(statistics.queues.map(\.queue) == all, sourceLocation: sourceLocation)
  #expect(statistics.queues.allSatisfy { $0.bindMode == "zero-copy" }, "\(statistics)", sourceLocation: sourceLocation)
  // A zero-copy bind under a generic program succeeds on igb, and then never sends.
  #expect(try nic.program(guest) == "xdp", sourceLocation: sourceLocation)
  let flags = try nic.zeroCopyFlags(guest)
  #expect(flags == Dictionary(uniqueKeysWithValues: all.map { ($0, "1") }), sourceLocation: sourceLocation)
}
