import TestSupport
import Testing

extension InGuest {
  /// Queues that come while a reflector is attached.
  @Suite struct MoreQueues {
    @Test("ethtool -L up: the new queues get sockets, zero-copy as the others, and everything returns")
    func grows() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      // A bound queue can't be taken away, so this has to wait for the reflector's end.
      defer { _ = try? guest.run("ethtool -L igb0 combined 2; ethtool -X igb0 default") }
      let agent = try nic.agent(guest)
      try agent.send(300, ["flows": 64, "window": 32]).expectPerfect(300)
      try guest.runChecked("ethtool -L igb0 combined 4")
      try reflector.waitForWords("queues 2-3 reflect, too", seconds: 30)
      try nic.waitForCarrier(guest)
      try expectZeroCopy(reflector, queues: 4)
      // The driver spreads over all of them, and keeps a table that was set: over the first two only, here.
      try guest.runChecked("ethtool -X igb0 default")
      try agent.send(600, ["flows": 64, "window": 32]).expectPerfect(600)
      let received = try reflector.statistics().queues.map(\.received)
      #expect(received.allSatisfy { $0 > 0 }, "\(received)")

      let refused = try guest.run("ethtool -L igb0 combined 2")
      #expect(refused.status != 0 && refused.errors.contains("in use by AF_XDP"), "\(refused)")
      let totals = try reflector.stop()
      totals.expectAccounts(forSent: 900)
      #expect(totals.passed["no_socket"] == 0)
    }

    @Test("--queues is a choice: the new ones stay the host's, and that is said")
    func named() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try nic.prepare(guest, queues: 2)
      defer { _ = try? guest.run("ethtool -L igb0 combined 2; ethtool -X igb0 default") }
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug, ["--queues", "0-1"])
      let agent = try nic.agent(guest)
      try guest.runChecked("ethtool -L igb0 combined 4")
      try nic.waitForCarrier(guest)
      try reflector.waitForWords("igb0 has 4 RX queues now: frames on queues 2-3 go to the host", seconds: 30)
      try guest.runChecked("ethtool -X igb0 start 2 equal 2")
      let away = try agent.send(32, ["flows": 32, "timeout": 1])
      #expect(away.lost == 32 && away.corrupted == 0, "\(away)")
      try guest.runChecked("ethtool -X igb0 start 0 equal 2")
      try agent.send(300, ["flows": 64, "window": 32]).expectPerfect(300)
      // Back down to those with sockets.
      try guest.runChecked("ethtool -L igb0 combined 2 && ethtool -X igb0 default")
      try nic.waitForCarrier(guest)
      try agent.send(300, ["flows": 64, "window": 32]).expectPerfect(300)
      let totals = try reflector.stop()
      #expect(totals.passed["no_socket"] == 32, "\(totals.passed)")
      #expect(totals.reflected == 600 && totals.completed == 600, "\(totals)")
      totals.expectBalance()
    }
  }
}
