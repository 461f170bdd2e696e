import TestSupport
import Testing

extension InGuest {
  /// An MTU of 9,000: what each driver makes of it, and that frames of several chunks return.
  struct JumboNIC: CustomTestStringConvertible {
    let nic: GuestNIC
    let attachMode: String
    /// Words of what `auto` couldn't have.
    let refusal: String

    var testDescription: String { nic.name }

    static let all = [
      // Native for frames in several parts. Zero-copy takes one chunk a frame, which the kernel holds against the MTU.
      JumboNIC(nic: .virtio0, attachMode: "native", refusal: "zero-copy: EINVAL (frames of its MTU, 9000"),
      JumboNIC(nic: .igb0, attachMode: "generic", refusal: "attach native: EINVAL"),
      JumboNIC(nic: .e1000e0, attachMode: "generic", refusal: "attach native: EOPNOTSUPP"),
    ]
  }

  @Suite struct Jumbo {
    @Test("an MTU of 9,000: auto says each step down, and frames of several chunks return", arguments: JumboNIC.all)
    func reflects(case: JumboNIC) throws {
      let (guest, nic) = (try Guest.shared, `case`.nic)
      try nic.prepare(guest)
      try guest.runChecked("ip link set \(nic.name) mtu 9000")
      defer { _ = try? guest.run("ip link set \(nic.name) mtu 1500") }
      try nic.waitForCarrier(guest)
      let reflector = try GuestReflector(on: nic, of: guest, build: .debug)
      let attached = try #require(reflector.attached)
      #expect(attached.attachMode == `case`.attachMode, "\(attached)")
      #expect(attached.queues.allSatisfy { $0.bindMode == "copy" && $0.multiBuffer == true }, "\(attached)")
      #expect(attached.refusals.count == 1 && attached.refusals[0].contains(`case`.refusal), "\(attached.refusals)")
      #expect(!attached.warnings.contains { $0.contains("MTU") }, "\(attached.warnings)")
      let agent = try nic.agent(guest)
      try agent.begin(
        "matrix",
        [
          "families": ["ipv4", "ipv6"], "tags": ["untagged"], "sizes": [60, 1514, 1515, 3840, 3841, 7_700, 9_014],
          "bursts": [8],
        ])
      let books = try agent.books(seconds: 120)
      books.expectPerfect()
      try reflector.stop().expectAccounts(forSent: books.sent)
    }
  }
}
