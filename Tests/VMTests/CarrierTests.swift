import TestSupport
import Testing

extension InGuest {
  /// Drivers reset the link for a native program, and for a zero-copy bind, and it takes seconds to come back.
  @Suite struct Carrier {
    @Test(
      "«attached» is said when the link is there, and no frame is lost from then on",
      arguments: ["true", "ip link set igb0 down && ip link set igb0 up"], ["zero-copy", "copy", "generic"])
    func waited(before: String, mode: String) throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try nic.prepare(guest, queues: 2)
      let agent = try nic.agent(guest)
      // Twice: the end of the first one takes the link away, too.
      for _ in 0..<2 {
        try guest.runChecked(before)
        let reflector = try GuestReflector(on: nic, of: guest, ["--mode", mode])
        #expect(try guest.runChecked("ip link show dev igb0").contains("LOWER_UP"))
        try agent.send(200, ["flows": 64, "window": 32]).expectPerfect(200)
        #expect(try !reflector.errors().contains("no carrier after"))
        try reflector.stop().expectAccounts(forSent: 200)
      }
    }
  }
}
