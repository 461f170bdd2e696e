import TestSupport
import Testing

extension InGuest {
  /// Frames longer than what a driver makes of a chunk.
  @Suite struct ChunkSizes {
    /// The splitting is between 1,024 and 1,025 bytes.
    private static let sizes = [60, 1000, 1023, 1024, 1025, 1026, 1280, 1500, 1514]

    private func expectAllSizes(
      _ nic: GuestNIC, _ options: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> GuestReflector {
      let guest = try Guest.shared
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, options)
      let agent = try nic.agent(guest)
      try agent.begin(
        "matrix",
        ["families": ["ipv4", "ipv6"], "tags": ["untagged"], "sizes": Self.sizes, "bursts": [16], "flows": 16])
      let books = try agent.books()
      books.expectPerfect(sourceLocation: sourceLocation)
      let totals = try reflector.stop()
      totals.expectAccounts(forSent: books.sent, sourceLocation: sourceLocation)
      // A frame that came in two halves would be seen as two, neither of them whole.
      for reason in ["malformed_ip", "malformed_udp", "truncated"] {
        #expect(totals.passed[reason] == 0, "\(totals.passed)", sourceLocation: sourceLocation)
      }
      return reflector
    }

    @Test("igb would cut frames over 1,024 bytes in two: chunks of 2048 become 4096, aloud")
    func raised() throws {
      let reflector = try expectAllSizes(.igb0, ["--chunk-size", "2048"])
      #expect(reflector.attached.queues.allSatisfy { $0.bindMode == "zero-copy" })
      #expect(reflector.attached.warnings.contains { $0.contains("--chunk-size 2048 is taken as 4096") })
      #expect(try reflector.errors().contains("--chunk-size 2048 is taken as 4096"))
    }

    @Test("igb in copy mode, and virtio_net, have no such trouble", arguments: [GuestNIC.igb0, .virtio0])
    func kept(nic: GuestNIC) throws {
      let mode = nic == .igb0 ? "copy" : "zero-copy"
      let reflector = try expectAllSizes(nic, ["--chunk-size", "2048", "--mode", mode])
      #expect(reflector.attached.queues.allSatisfy { $0.bindMode == mode })
      #expect(reflector.attached.warnings == [])
    }
  }
}
