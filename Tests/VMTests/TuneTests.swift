import TestSupport
import Testing

extension InGuest {
  /// `tune` on drivers that have something to be tuned, by ethtool's word.
  @Suite struct Tune {
    /// All that may be changed, as ethtool and the kernel's files have it.
    private func snapshot(_ nic: GuestNIC, _ guest: Guest) throws -> String {
      try guest.runChecked(
        """
        for what in -l -g -c -a -x -k "-n udp4" "-n udp6"; do
          set -- $what
          ethtool "$1" \(nic.name) ${2:+rx-flow-hash "$2"} 2>&1
        done
        for number in $(ls /sys/class/net/\(nic.name)/device/msi_irqs /sys/class/net/\(nic.name)/device/../msi_irqs \\
          2>/dev/null | grep '^[0-9]' | sort -nu); do
          [ ! -e /proc/irq/$number ] || echo "irq $number: $(cat /proc/irq/$number/smp_affinity_list)"
        done
        cd /sys/class/net/\(nic.name) && cat napi_defer_hard_irqs gro_flush_timeout /proc/sys/vm/nr_hugepages
        """)
    }

    /// As the driver starts with it.
    private func untune(_ nic: GuestNIC, _ guest: Guest) throws {
      try guest.runChecked("ethtool -L \(nic.name) combined 2; true")
      guard nic.isIGB else {
        // The kernel takes it off for generic XDP, which other tests attach, and leaves it off.
        try guest.runChecked("ethtool -K \(nic.name) rx-gro-hw on")
        return
      }
      try guest.runChecked(
        """
        ethtool -X igb0 default; ethtool -L igb0 combined 1; ethtool -L igb0 combined 2; ethtool -K igb0 rxvlan on
        ethtool -N igb0 rx-flow-hash udp4 sd; ethtool -N igb0 rx-flow-hash udp6 sd
        ethtool -G igb0 rx 256 tx 256; ethtool -C igb0 rx-usecs 3; true
        """)
    }

    private func tune(_ nic: GuestNIC, _ guest: Guest, _ options: String = "") throws -> Outcome {
      try guest.run("reflector-xdp tune \(nic.name) \(options)", seconds: 60)
    }

    @Test("set, set again, another profile, and put back: as ethtool sees it", arguments: [GuestNIC.igb0, .virtio0])
    func setAndPutBack(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try untune(nic, guest)
      let before = try snapshot(nic, guest)
      #expect(try tune(nic, guest, "--dry-run").output.contains("would set"))
      #expect(try snapshot(nic, guest) == before)

      let first = try tune(nic, guest)
      #expect(first.status == 0 && first.output.contains("Back: reflector-xdp tune"), "\(first)")
      let tuned = try snapshot(nic, guest)
      #expect(tuned != before && tuned.hasSuffix("8\n20000\n16\n"), "\(tuned)")
      if nic.isIGB {
        for line in ["rx-usecs: 50\n", "RX:\t\t2048\n", "Autonegotiate:\toff\n", "rx-vlan-offload: off\n", "src port"] {
          #expect(tuned.contains(line), "no «\(line)» in \(tuned)")
        }
      } else {
        #expect(tuned.contains("rx-gro-hw: off\n") && before.contains("rx-gro-hw: on\n"))
      }
      let again = try tune(nic, guest)
      #expect(again.status == 0 && !again.output.contains("Back:"), "\(again)")
      #expect(try snapshot(nic, guest) == tuned)

      let other = try tune(nic, guest, "--profile latency")
      #expect(other.status == 0, "\(other)")
      let reverted = try tune(nic, guest, "--revert")
      #expect(reverted.status == 0, "\(reverted)")
      #expect(try snapshot(nic, guest) == before)
      #expect(try guest.runChecked("ls /run/reflector-xdp/tune") == "")
    }

    @Test("more channels: their interrupts and the table follow, both ways, and the table stays the driver's own")
    func channels() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try untune(nic, guest)
      let before = try snapshot(nic, guest)
      let outcome = try tune(nic, guest, "--queues 0-3")
      #expect(outcome.status == 0 && outcome.output.contains("combined 2 → combined 4"), "\(outcome)")
      let tuned = try snapshot(nic, guest)
      #expect(tuned.contains("with 4 RX ring(s)") && tuned.contains("     3     3     3     3"))
      let interrupts = tuned.split(separator: "\n").filter { $0.hasPrefix("irq ") }
      // One for the link, and one a direction of a queue.
      #expect(interrupts.count { $0.hasSuffix(": 0") } == 4 && interrupts.count { $0.hasSuffix(": 1") } == 4)
      #expect(try tune(nic, guest, "--revert").status == 0)
      #expect(try snapshot(nic, guest) == before)
      // Refused with a table of somebody's own.
      try guest.runChecked("ethtool -L igb0 combined 1 && ethtool -L igb0 combined 2")
    }

    @Test("fewer channels, from a table of somebody's own, which comes back slot by slot")
    func ownTable() throws {
      let guest = try Guest.shared
      let nic = GuestNIC.igb0
      try untune(nic, guest)
      try guest.runChecked("ethtool -L igb0 combined 4 && ethtool -X igb0 weight 1 1 1 5")
      let before = try snapshot(nic, guest)
      let outcome = try tune(nic, guest)
      #expect(outcome.status == 0 && outcome.output.contains("combined 4 → combined 2"), "\(outcome)")
      #expect(try tune(nic, guest, "--revert").status == 0)
      #expect(try snapshot(nic, guest) == before)
      try untune(nic, guest)
    }

    @Test(
      "attach --tune alone makes it ready: zero-copy, all queues, huge pages; and puts back",
      arguments: [GuestNIC.igb0, .virtio0])
    func attach(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try untune(nic, guest)
      let before = try snapshot(nic, guest)
      let reflector = try GuestReflector(on: nic, of: guest, ["--tune", "--mode", "zero-copy", "--huge-pages"])
      try nic.waitForCarrier(guest)
      #expect(reflector.attached.pages == "2 MiB")
      try nic.agent(guest).send(1000, ["flows": 128, "window": 32]).expectPerfect(1000)
      let totals = try reflector.stop()
      totals.expectAccounts(forSent: 1000)
      for queue in totals.queues { #expect(queue.received > 100, "\(totals.queues)") }
      #expect(try snapshot(nic, guest) == before)
    }

    @Test("kill -9: tune --revert puts back, what busy polling had set too", arguments: [GuestNIC.igb0, .virtio0])
    func killed(nic: GuestNIC) throws {
      let guest = try Guest.shared
      try untune(nic, guest)
      let before = try snapshot(nic, guest)
      do {
        let reflector = try GuestReflector(on: nic, of: guest, ["--tune", "--mode", "zero-copy", "--busy-poll"])
        try nic.waitForCarrier(guest)
        try guest.runChecked("until grep -q 2 /sys/class/net/\(nic.name)/napi_defer_hard_irqs; do sleep 0.1; done")
        try guest.runChecked("kill -KILL \(reflector.pid)")
      }
      #expect(try snapshot(nic, guest) != before)
      #expect(try tune(nic, guest, "--revert").status == 0)
      #expect(try snapshot(nic, guest) == before)
    }
  }
}
