import TestSupport
import Testing

extension InGuest {
  /// What a device without zero-copy, or without a part of it, makes of `--mode auto`.
  struct StepDown: CustomTestStringConvertible {
    let device: String
    let attachMode: String
    /// As `auto` tells it.
    let refusal: String
    /// What `--mode zero-copy` says of the reason.
    let words: String

    var testDescription: String { device }

    static let all = [
      StepDown(
        device: GuestNIC.virtioWithoutIOMMU.name, attachMode: "native",
        refusal: "bind queues 0-1 zero-copy: EINVAL", words: "iommu_platform=on"),
      StepDown(
        device: GuestNIC.virtioWithoutReset.name, attachMode: "native",
        refusal: "bind queues 0-1 zero-copy: ENOENT", words: "queue_reset=on"),
      StepDown(
        device: GuestNIC.vmxnet0.name, attachMode: "native",
        refusal: "bind queues 0-1 zero-copy: EOPNOTSUPP", words: "Operation not supported"),
      StepDown(
        device: "vm-veth0", attachMode: "native", refusal: "bind queue 0 zero-copy: EOPNOTSUPP",
        words: "Operation not supported"),
      StepDown(
        device: GuestNIC.e1000e0.name, attachMode: "generic", refusal: "attach native: EOPNOTSUPP",
        words: "does not support XDP in native mode"),
    ]
  }

  @Suite struct SteppingDown {
    /// Runs `body` with the device there: a veth has to be made first.
    private func with(_ device: String, in guest: Guest, _ body: () throws -> Void) throws {
      guard device == "vm-veth0" else { return try body() }
      try guest.runChecked(
        "ip link add vm-veth0 type veth peer name vm-veth1 && ip link set vm-veth0 up && ip link set vm-veth1 up")
      defer { _ = try? guest.run("ip link delete vm-veth0") }
      try body()
    }

    @Test("auto takes the best there is, and says what it couldn't have", arguments: StepDown.all)
    func auto(case: StepDown) throws {
      let guest = try Guest.shared
      try with(`case`.device, in: guest) {
        let outcome = try guest.run("reflector-xdp attach \(`case`.device) --duration 1 --interval 3600 --format json")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("stepping down: \(`case`.refusal)"), "\(outcome)")
        #expect(outcome.errors.contains(`case`.words), "\(outcome)")
        let line = try #require(outcome.output.split(separator: "\n").first)
        let attached = try AttachedEvent(json: String(line))
        #expect(attached.attachMode == `case`.attachMode)
        #expect(attached.queues.allSatisfy { $0.bindMode == "copy" }, "\(attached)")
        #expect(attached.refusals.count == 1 && attached.refusals[0].hasPrefix(`case`.refusal), "\(attached)")
      }
    }

    @Test("--mode zero-copy: status 69, and why", arguments: StepDown.all)
    func zeroCopy(case: StepDown) throws {
      let guest = try Guest.shared
      try with(`case`.device, in: guest) {
        let outcome = try guest.run("reflector-xdp attach \(`case`.device) --mode zero-copy --duration 1")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errors.contains("\(`case`.device): mode zero-copy can't be had"), "\(outcome)")
        #expect(outcome.errors.contains(`case`.words), "\(outcome)")
        #expect(try guest.runChecked("ip link show dev \(`case`.device)").contains("xdp") == false)
      }
    }

    @Test(
      "in copy mode, or generic, each of them reflects what it should",
      arguments: [GuestNIC.virtioWithoutIOMMU, .virtioWithoutReset, .vmxnet0, .e1000e0])
    func reflects(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try nic.prepare(guest)
      let reflector = try GuestReflector(on: nic, of: guest)
      #expect(try nic.program(guest) == (nic == .e1000e0 ? "xdpgeneric" : "xdp"))
      #expect(try nic.zeroCopyFlags(guest).values.allSatisfy { $0 == "0" })
      let agent = try nic.agent(guest)
      try agent.begin(
        "matrix",
        [
          "families": ["ipv4", "ipv6"], "tags": ["untagged"], "sizes": [60, 64, 1024, 1025, 1514], "bursts": [16],
          "flows": 16,
        ])
      let books = try agent.books()
      books.expectPerfect()
      try reflector.stop().expectAccounts(forSent: books.sent)
    }

    /// igb grants it and never sends then. (A veth of the guest's wouldn't tell.)
    @Test(
      "--mode generic binds copy, also where the driver would grant zero-copy", arguments: [GuestNIC.igb0, .virtio0])
    func generic(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try nic.prepare(guest, queues: 2)
      let reflector = try GuestReflector(on: nic, of: guest, ["--mode", "generic"])
      #expect(try nic.program(guest) == "xdpgeneric")
      #expect(reflector.attached.queues.allSatisfy { $0.bindMode == "copy" })
      try nic.agent(guest).send(500, ["flows": 64, "window": 32]).expectPerfect(500)
      try reflector.stop().expectAccounts(forSent: 500)
    }
  }
}
