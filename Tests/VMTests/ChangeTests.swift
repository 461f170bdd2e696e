import TestSupport
import Testing

extension InGuest {
  /// What ethtool and ip can do to a NIC while a reflector is on it. By the debug build, which counts each frame of the
  /// UMEM in each turn, and traps on one that is lost.
  @Suite struct Changes {
    /// A change that the driver makes, or refuses.
    struct Change: CustomTestStringConvertible {
      let nic: GuestNIC
      let command: String
      /// What the driver says where it refuses; nil where it obeys.
      var refusal: String?
      /// What the reflector says of it; nil for nothing that is of use.
      var words: String?
      /// What puts it back.
      var undo: String = "true"

      var testDescription: String { "\(command)\(refusal == nil ? "" : " (refused)")" }
    }

    private static let changes: [Change] = [
      Change(nic: .igb0, command: "ethtool -L igb0 combined 1", refusal: "in use by AF_XDP"),
      Change(nic: .igb0, command: "ethtool -G igb0 rx 512 tx 1024", undo: "ethtool -G igb0 rx 256 tx 256"),
      Change(nic: .igb0, command: "ethtool -X igb0 start 1 equal 1", undo: "ethtool -X igb0 default"),
      Change(nic: .igb0, command: "ethtool -C igb0 rx-usecs 50", undo: "ethtool -C igb0 rx-usecs 3"),
      Change(nic: .igb0, command: "ethtool -K igb0 rxvlan on", undo: "ethtool -K igb0 rxvlan off"),
      Change(nic: .igb0, command: "ip link set igb0 mtu 1400", words: "mtu=1400", undo: "ip link set igb0 mtu 1500"),
      // 1,536 bytes of a receive area, as it was laid out at this MTU, less 26 of headers.
      Change(nic: .igb0, command: "ip link set igb0 mtu 1510", words: "mtu=1510", undo: "ip link set igb0 mtu 1500"),
      Change(nic: .igb0, command: "ip link set igb0 mtu 1511", refusal: "Invalid argument"),
      Change(nic: .igb0, command: "ip link set igb0 mtu 3047", refusal: "Invalid argument"),
      Change(
        nic: .igb0, command: "ip link set igb0 down; sleep 1; ip link set igb0 up",
        words: "link changed carrier=false mtu=1500 up=false"),
      Change(nic: .virtio0, command: "ethtool -L virtio0 combined 1", refusal: "in use by AF_XDP"),
      Change(nic: .virtio0, command: "ethtool -G virtio0 rx 128 tx 128", undo: "ethtool -G virtio0 rx 256 tx 256"),
      Change(nic: .virtio0, command: "ethtool -X virtio0 start 1 equal 1", undo: "ethtool -X virtio0 default"),
      Change(nic: .virtio0, command: "ethtool -C virtio0 rx-usecs 50", refusal: "not supported"),
      Change(
        nic: .virtio0, command: "ip link set virtio0 mtu 3000", words: "mtu=3000", undo: "ip link set virtio0 mtu 1500"),
      Change(
        nic: .virtio0, command: "ip link set virtio0 mtu 4000",
        words: "MTU 4000: frames over 3840 bytes don't fit a chunk", undo: "ip link set virtio0 mtu 1500"),
      Change(
        nic: .virtio0, command: "ip link set virtio0 down; sleep 1; ip link set virtio0 up",
        words: "link changed carrier=false mtu=1500 up=false"),
    ]

    @Test(
      "it goes on, everything returns afterwards, the accounts balance and no frame of the UMEM is lost",
      arguments: [GuestNIC.igb0, .virtio0])
    func goesOn(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let agent = try nic.agent(guest)
      var sent = 0
      for change in Self.changes where change.nic == nic {
        let outcome = try guest.run(change.command)
        #expect((outcome.status != 0) == (change.refusal != nil), "\(change.command): \(outcome)")
        if let refusal = change.refusal { #expect(outcome.errors.contains(refusal), "\(change.command): \(outcome)") }
        for command in ["true", change.undo] {
          try guest.runChecked(command)
          try nic.waitForCarrier(guest)
          let status = try reflector.status()
          #expect(status == nil, "after \(change.command): \(try? reflector.errors())")
          let books = try agent.send(300, ["flows": 64, "window": 32])
          #expect(books.isPerfect, "after \(change.command), \(command): \(books)")
          sent += books.sent
        }
        if let words = change.words { try reflector.waitForWords(words) }
      }
      try expectZeroCopy(reflector, queues: 2)
      try reflector.stop().expectAccounts(forSent: sent)
    }

    @Test(
      "a change in the middle of traffic: nothing twice, nothing wrong, and 100 % afterwards",
      arguments: [
        (GuestNIC.igb0, "ip link set igb0 down; sleep 0.2; ip link set igb0 up"),
        (.igb0, "ethtool -G igb0 rx 512; ethtool -G igb0 rx 256"),
        (.virtio0, "ip link set virtio0 down; sleep 0.2; ip link set virtio0 up"),
        (.virtio0, "ethtool -G virtio0 rx 128; ethtool -G virtio0 rx 256"),
      ])
    func underLoad(nic: GuestNIC, command: String) throws {
      let guest = try Guest.shared
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let agent = try nic.agent(guest)
      // More than can be sent before the change.
      try agent.begin("send", ["count": 20_000, "flows": 64, "window": 64, "timeout": 8])
      _ = try eventually(within: 15, "traffic flows") { try reflector.statistics().reflected > 100 ? true : nil }
      try guest.runChecked(command)
      let books = try agent.books(seconds: 90)
      #expect(books.doubled == 0 && books.corrupted == 0, "\(books)")
      try nic.waitForCarrier(guest)
      try agent.send(500, ["flows": 64, "window": 32]).expectPerfect(500)
      let totals = try reflector.stop()
      totals.expectBalance()
      #expect(totals.reflected >= UInt64(books.returned + 500))
    }

    @Test(
      "kill -9: everything goes to the stack, nothing is left, and the next one attaches and reflects",
      arguments: [GuestNIC.igb0, .virtio0])
    func killed(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let agent = try nic.agent(guest)
      try agent.send(100, ["flows": 64]).expectPerfect(100)
      try guest.runChecked("kill -KILL \(reflector.pid)")
      _ = try eventually(within: 15, "it has ended") { try reflector.status() }
      #expect(try nic.program(guest) == nil)
      // At once: the driver still brings the link back from the last one's end.
      let next = try GuestReflector(on: nic, of: guest, build: .debug)
      try agent.send(500, ["flows": 64, "window": 32]).expectPerfect(500)
      try expectZeroCopy(next, queues: 2)
      try next.stop().expectAccounts(forSent: 500)

      try nic.waitForCarrier(guest)
      let lost = try agent.send(10, ["timeout": 1])
      #expect(lost.lost == 10, "\(lost)")
      for address in [nic.reflector.ipv4, nic.reflector.ipv6] {
        let ping = try run(
          ["ip", "netns", "exec", guest.namespace, "ping", "-n", "-q", "-c", "3", "-i", "0.2", "-W", "5", address])
        #expect(ping.status == 0, "\(ping)")
      }
    }

    @Test("an MTU over igb's limit for native XDP: auto becomes generic, zero-copy says what to do")
    func mtuOverTheLimit() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try nic.prepare(guest, queues: 2)
      defer { _ = try? guest.run("ip link set igb0 mtu 1500") }
      try guest.runChecked("ip link set igb0 mtu 3047")
      let refused = try guest.run("reflector-xdp attach igb0 --mode zero-copy --duration 1")
      #expect(refused.status == 69, "\(refused)")
      #expect(refused.errors.contains("native XDP can't take its MTU (3047"), "\(refused)")
      #expect(refused.errors.contains("ip link set dev igb0 mtu 1500"), "\(refused)")

      // The most that it takes. Frames of that length return, in one chunk.
      try guest.runChecked("ip link set igb0 mtu 3046")
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let agent = try nic.agent(guest)
      for size in [1514, 2048, 3059, 3060] {
        try agent.send(50, ["flows": 32, "window": 16, "frame": ["size": size]]).expectPerfect(50)
      }
      try expectZeroCopy(reflector, queues: 2)
      try reflector.stop().expectAccounts(forSent: 200)
    }
  }
}
