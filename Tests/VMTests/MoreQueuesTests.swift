import TestSupport
import Testing

extension InGuest {
  /// Queues that come while a reflector is attached.
  @Suite struct MoreQueues {
    @Test("ethtool -L up: the operator is told which queues have no socket; away from them everything returns")
    func moreQueues() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try nic.prepare(guest, queues: 2)
      defer { _ = try? guest.run("ethtool -L igb0 combined 2; ethtool -X igb0 default") }
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let agent = try nic.agent(guest)
      try guest.runChecked("ethtool -L igb0 combined 4")
      try nic.waitForCarrier(guest)
      try reflector.waitForWords("igb0 has 4 RX queues now")
      // Queues 2 and 3 are the host's.
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
