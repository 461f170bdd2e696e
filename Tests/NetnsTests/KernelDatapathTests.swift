import TestSupport
import Testing

extension EndToEnd {
  /// `--datapath kernel` and `auto`: what is special about them. What both datapaths do alike is tested with
  /// ``AttachMode``.
  @Suite struct KernelDatapath {
    @Test("a far end without a native XDP program takes nothing: a warning, and each frame is counted as refused")
    func refusedByFarEnd() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, AttachMode.kernel.options)
        #expect(reflector.attached.warnings.count == 1)
        let command = "ip netns exec \(lab.tester.namespace) ip link set dev \(lab.tester.interface) xdpdrv"
        #expect(reflector.attached.warnings[0].contains(command) && reflector.process.errors.contains(command))
        let books = try Agent.tester(in: lab).send(300, ["timeout": 0.5])
        #expect(books.returned == 0, "\(books)")
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 300)
        #expect(totals.refused == 300)
      }
    }

    @Test("a far end that is full: what was refused is what the driver says, and what its ring doesn't hold")
    func refusedByFullRing() throws {
      try NetnsLab.with { lab in
        // With GRO the far end has a ring, of 256 frames, and nobody takes them out: XDP_TX doesn't wake it.
        try runChecked(lab.tester.inside(["ethtool", "-K", lab.tester.interface, "gro", "on"]))
        let reflector = try Reflector(in: lab, AttachMode.kernel.options)
        #expect(reflector.attached.warnings.count == 1 && reflector.attached.warnings[0].contains("come late"))
        let books = try Agent.tester(in: lab).send(1_000, ["timeout": 0.5])
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 1_000)
        let refused = try #require(totals.refused)
        #expect(refused <= UInt64(books.lost) && (744...1_000).contains(refused), "\(books) \(totals)")
        let driver = try runChecked(lab.reflector.inside(["ethtool", "-S", lab.reflector.interface]))
        #expect(driver.contains("rx_queue_0_xdp_tx_errors: \(refused)\n"), "\(refused): \(driver)")
      }
    }

    @Test("of generic XDP nobody tells what was refused: absent, not 0")
    func unknownRefusals() throws {
      try NetnsLab.with(.kernelGeneric) { lab in
        let reflector = try Reflector(in: lab, AttachMode.kernelGeneric.options)
        try Agent.tester(in: lab).send(100).expectPerfect(100)
        let totals = try reflector.stop()
        totals.expectAccounts(forSent: 100)
        #expect(totals.refused == nil)
      }
    }

    @Test("another interface's refusals, of the same index in another namespace, are not ours")
    func otherNamespace() throws {
      try NetnsLab.with { dropping in
        try NetnsLab.with(.kernel) { lab in
          let reflectors = try [dropping, lab].map { try Reflector(in: $0, AttachMode.kernel.options) }
          #expect(try Agent.tester(in: dropping).send(100, ["timeout": 0.2]).returned == 0)
          try Agent.tester(in: lab).send(200).expectPerfect(200)
          let totals = try reflectors.map { try $0.stop() }
          #expect(totals.map(\.refused) == [100, 0])
        }
      }
    }

    @Test("auto takes the kernel where it does no harm and nothing asks for user space, and says so")
    func auto() throws {
      let cases: [(receivesXDP: Bool, options: [String], datapath: String, words: String)] = [
        (true, [], "kernel", "datapath kernel: the driver of rx0 has no zero-copy"),
        (false, [], "xsk", "has no native XDP program, and would drop the frames"),
        (true, ["--batch", "64"], "xsk", "datapath xsk: --batch asks for user space"),
        (true, ["--mode", "copy"], "xsk", "datapath xsk: --mode copy asks for user space"),
        (false, ["--mode", "generic"], "kernel", "datapath kernel: --mode generic has no zero-copy"),
      ]
      for one in cases {
        try NetnsLab.with(.init(receivesXDP: one.receivesXDP)) { lab in
          let reflector = try Reflector(in: lab, ["--datapath", "auto"] + one.options)
          #expect(reflector.attached.datapath == one.datapath)
          #expect(reflector.process.errors.contains(one.words), "\(reflector.process.errors)")
          try Agent.tester(in: lab).send(100).expectPerfect(100)
          let totals = try reflector.stop()
          totals.expectAccounts(forSent: 100)
          #expect(totals.datapath == one.datapath)
        }
      }
    }

    @Test("in copy mode it says what the kernel would give, where the frames would arrive", arguments: [true, false])
    func alternative(receivesXDP: Bool) throws {
      try NetnsLab.with(.init(receivesXDP: receivesXDP)) { lab in
        let reflector = try Reflector(in: lab, ["--mode", "copy"])
        let says = reflector.process.errors.contains("--datapath kernel")
        #expect(says == receivesXDP, "\(reflector.process.errors)")
        try reflector.stop().expectAccounts(forSent: 0)
      }
    }

    @Test("doctor knows that there are no sockets, and why nothing comes back")
    func doctor() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, AttachMode.kernel.options)
        #expect(try Agent.tester(in: lab).send(100, ["timeout": 0.2]).returned == 0)
        let outcome = try ReflectorCommand.run([
          "doctor", lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval", "0.1", "--format",
          "json",
        ])
        let report = try DoctorReport(json: outcome.output)
        #expect(try report.finding("zero_copy").value == "not needed: the kernel datapath has no sockets")
        #expect(try report.finding("native_xdp").status == "ok")
        let drops = try report.finding("xsk_drops")
        #expect(drops.status == "warn" && drops.value == "refused by the device 100")
        for check in ["memory_lock", "huge_pages", "af_xdp", "cpus", "transmit_queues"] {
          #expect(throws: (any Error).self, "\(check)") { try report.finding(check) }
        }
        try reflector.stop().expectBalance()
      }
    }
  }
}
