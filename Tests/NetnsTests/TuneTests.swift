import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `tune` and `attach --tune` on a veth, by the word of ethtool and sysfs. The host's own settings are left alone
  /// for a virtual device; that is looked at, too.
  @Suite struct Tune {
    /// What can be set on a veth, and of the host, as other programs see it.
    private struct State: Equatable {
      var channels: String
      var farChecksum: String
      var napi: [String]
      var hostPages: String
    }

    /// A pair in one namespace, so that the far end's checksums can be reached.
    private func withPair(queues: Int = 4, _ body: (LabEnd) throws -> Void) throws {
      try NetnsLab.with { lab in
        let end = LabEnd(
          namespace: lab.reflector.namespace, interface: "near", mac: "02:00:5e:00:00:09", ipv4: "", ipv6: "")
        let counts = ["numrxqueues", "\(queues)", "numtxqueues", "\(queues)"]
        try runChecked(
          ["ip", "-n", end.namespace, "link", "add", "near"] + counts + ["type", "veth", "peer", "far"] + counts)
        for name in ["near", "far"] { try runChecked(["ip", "-n", end.namespace, "link", "set", name, "up"]) }
        try runChecked(end.inside(["ethtool", "-L", "near", "rx", "1", "tx", "2"]))
        try setNAPI(end, 2, 200_000)
        defer { #expect(Self.stateFiles(end) == []) }
        try body(end)
      }
    }

    private func setNAPI(_ end: LabEnd, _ deferral: Int, _ timeout: Int) throws {
      let folder = "/sys/class/net/\(end.interface)"
      try runChecked(
        end.inside([
          "sh", "-c",
          "echo \(deferral) > \(folder)/napi_defer_hard_irqs; echo \(timeout) > \(folder)/gro_flush_timeout",
        ]))
    }

    private func napi(_ end: LabEnd) throws -> [String] {
      let folder = "/sys/class/net/\(end.interface)"
      return try runChecked(end.inside(["cat", "\(folder)/napi_defer_hard_irqs", "\(folder)/gro_flush_timeout"]))
        .split(separator: "\n").map(String.init)
    }

    private func state(_ end: LabEnd) throws -> State {
      let features = try runChecked(end.inside(["ethtool", "-k", "far"]))
      return State(
        channels: try runChecked(end.inside(["ethtool", "-l", end.interface])),
        farChecksum: features.split(separator: "\n").first { $0.contains("tx-checksum-ip-generic") }.map(String.init)
          ?? "",
        napi: try napi(end), hostPages: try String(contentsOfFile: "/proc/sys/vm/nr_hugepages", encoding: .utf8))
    }

    private static func stateFiles(_ end: LabEnd) -> [String] {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: "/run/reflector-xdp/tune")) ?? []
      return files.filter { $0.contains(end.namespace) }
    }

    private func tune(_ end: LabEnd, _ options: String...) throws -> Outcome {
      try ReflectorCommand.run(["tune", end.interface, "--netns", end.namespace] + options)
    }

    @Test("dry run, tune, tune again, revert: as ethtool sees it")
    func tuneAndRevert() throws {
      try withPair { end in
        let before = try state(end)
        let preview = try tune(end, "--dry-run")
        #expect(preview.status == 0 && preview.output.contains("rx 1 tx 2 → rx 4 tx 4"), "\(preview)")
        #expect(preview.output.contains("would set") && preview.errors.isEmpty)
        #expect(try state(end) == before && Self.stateFiles(end) == [])

        let first = try tune(end)
        #expect(first.status == 0 && first.output.contains("3 set.\nBack: "), "\(first)")
        let tuned = try state(end)
        #expect(tuned.napi == ["0", "0"] && tuned.farChecksum.hasSuffix(": off"))
        #expect(tuned.channels.contains("Current hardware settings:\nRX:\t\t4\nTX:\t\t4\n"), "\(tuned.channels)")
        #expect(tuned.hostPages == before.hostPages)
        #expect(Self.stateFiles(end) == ["near@\(end.namespace).json"])

        let second = try tune(end)
        #expect(second.status == 0 && second.output.contains("3 as wanted already."), "\(second)")
        #expect(try state(end) == tuned)

        let reverted = try tune(end, "--revert")
        #expect(reverted.status == 0 && reverted.output.contains("3 restored."), "\(reverted)")
        #expect(try state(end) == before)
        let nothing = try tune(end, "--revert")
        #expect(nothing.status == 0 && nothing.output.contains("nothing was tuned"), "\(nothing)")
      }
    }

    @Test("JSON names each setting, old and new")
    func json() throws {
      try withPair { end in
        let object = try #require(
          try jsonObject(tune(end, "--only", "channels", "--format", "json").output) as? [String: Any])
        #expect(object["interface"] as? String == "near" && object["action"] as? String == "tune")
        #expect(object["changed"] as? Int == 1 && object["refused"] as? Int == 0)
        let settings = try #require(object["settings"] as? [[String: Any]])
        #expect(settings.count == 1 && settings[0]["setting"] as? String == "channels")
        #expect(settings[0]["old"] as? String == "rx 1 tx 2" && settings[0]["new"] as? String == "rx 4 tx 4")
        #expect(settings[0]["result"] as? String == "set" && settings[0]["group"] as? String == "channels")
        #expect(try tune(end, "--revert").status == 0)
      }
    }

    @Test("a refusal is told in the kernel's words, the rest goes on, and the status is 71")
    func refusal() throws {
      try withPair { end in
        // Native XDP on the far end has RX queues for this one's TX queues, and no more may come.
        try runChecked(end.inside(["ethtool", "-L", "far", "rx", "2", "tx", "1"]))
        let far = LabEnd(namespace: end.namespace, interface: "far", mac: "", ipv4: "", ipv6: "")
        let occupant = try start(far, ["--mode", "copy", "--queues", "0"], tune: false)
        let outcome = try tune(end)
        #expect(outcome.status == 71 && outcome.output.contains("1 refused"), "\(outcome)")
        let row = try #require(outcome.output.split(separator: "\nset").first { $0.contains("refused  channels") })
        #expect(row.contains("ETHTOOL_MSG_CHANNELS_SET") && row.contains("EINVAL"), "\(row)")
        #expect(try napi(end) == ["0", "0"])
        #expect(try tune(end, "--revert").status == 0)
        #expect(try napi(end) == ["2", "200000"])
        occupant.signal(SIGTERM)
        #expect(try occupant.wait() == 0)
      }
    }

    @Test("without the right nothing is done, and that is one error: 77")
    func noPermission() throws {
      try withPair { end in
        let before = try state(end)
        let command = [ReflectorCommand.path, "tune", "near"]
        let looked = try run(
          end.inside(["setpriv", "--bounding-set=-all", "--inh-caps=-all"] + command + ["--dry-run"]))
        #expect(looked.status == 0 && looked.output.contains("would set"), "\(looked)")
        let outcome = try run(end.inside(["setpriv", "--bounding-set=-all", "--inh-caps=-all"] + command))
        #expect(outcome.status == 77 && outcome.errors.split(separator: "\n").count == 3, "\(outcome)")
        #expect(try state(end) == before)
      }
    }

    @Test("attach --tune puts back at the end", arguments: [SIGINT, SIGTERM])
    func attach(signal: CInt) throws {
      try withPair { end in
        let before = try state(end)
        let process = try start(end)
        #expect(try state(end).napi == ["0", "0"])
        #expect(try tune(end, "--revert").output.contains("process \(process.pid)"))
        #expect(try state(end).napi == ["0", "0"])
        process.signal(signal)
        #expect(try process.wait() == 0, "\(process.errors)")
        #expect(try state(end) == before)
      }
    }

    @Test("attach --tune that ends at once: the kernel may still hold the sockets' queues")
    func shortAttach() throws {
      try withPair { end in
        let before = try state(end)
        for _ in 0..<8 {
          let process = try start(end)
          process.signal(SIGTERM)
          #expect(try process.wait() == 0, "\(process.errors)")
          #expect(try state(end) == before)
        }
      }
    }

    @Test("attach that fails puts back, too")
    func failedAttach() throws {
      try withPair { end in
        let before = try state(end)
        let outcome = try ReflectorCommand.run(
          ["attach", end.interface, "--netns", end.namespace, "--tune", "--mode", "zero-copy"])
        #expect(outcome.status == 69, "\(outcome)")
        #expect(try state(end) == before)
      }
    }

    @Test("kill -9: tune --revert puts back; so does the end of the next attach --tune")
    func killed() throws {
      try withPair { end in
        let before = try state(end)
        for next in [false, true] {
          let killed = try start(end)
          killed.signal(SIGKILL)
          #expect(try killed.wait() == 128 + SIGKILL)
          #expect(try state(end) != before)
          if next {
            let process = try start(end)
            process.signal(SIGTERM)
            #expect(try process.wait() == 0, "\(process.errors)")
          } else {
            #expect(try tune(end, "--revert").status == 0)
          }
          #expect(try state(end) == before)
        }
      }
    }

    @Test("attach --tune over a tune by hand leaves that one's settings")
    func overByHand() throws {
      try withPair { end in
        let before = try state(end)
        #expect(try tune(end).status == 0)
        let tuned = try state(end)
        let process = try start(end)
        process.signal(SIGTERM)
        #expect(try process.wait() == 0)
        #expect(try state(end) == tuned)
        #expect(try tune(end, "--revert").status == 0)
        #expect(try state(end) == before)
      }
    }

    @Test("busy polling and tuning put back what each found, in either order")
    func busyPolling() throws {
      try withPair { end in
        let before = try state(end)
        // Tuned first: the reflector finds 0 and 0, and leaves them so.
        #expect(try tune(end).status == 0)
        let polling = try start(end, ["--busy-poll"])
        polling.signal(SIGTERM)
        #expect(try polling.wait() == 0)
        #expect(try napi(end) == ["0", "0"])
        #expect(try tune(end, "--revert").status == 0)
        #expect(try state(end) == before)
        // With a reflector that has deferred the interrupts, tuning leaves them to it. (On a veth it doesn't, since
        // no NAPI is named to its sockets: the test has set what it would set.)
        let reflector = try start(end, ["--busy-poll"], tune: false)
        let outcome = try tune(end)
        #expect(outcome.output.contains("busy-polling reflector"), "\(outcome)")
        #expect(try napi(end) == ["2", "200000"])
        #expect(try tune(end, "--revert").status == 0)
        reflector.signal(SIGTERM)
        #expect(try reflector.wait() == 0)
        #expect(try state(end) == before)
      }
    }

    @Test("a renamed interface is found by either name; of a deleted one nothing is left to put back")
    func renamedAndGone() throws {
      try withPair { end in
        #expect(try tune(end).status == 0)
        let renamed = try end.renamed("lan0")
        let outcome = try tune(end, "--revert")
        #expect(outcome.status == 0 && outcome.output.contains("near is called lan0 now"), "\(outcome)")
        #expect(try napi(renamed) == ["2", "200000"])
        // Tuned by one name, and again by another: the first former values are kept.
        #expect(try tune(renamed).status == 0)
        let again = try renamed.renamed("near")
        #expect(try tune(again).output.contains("as wanted already"))
        #expect(try tune(again, "--revert").output.contains("restored"))
        #expect(try napi(again) == ["2", "200000"])

        #expect(try tune(again).status == 0)
        try again.deleteLink()
        let gone = try tune(again, "--revert")
        #expect(gone.status == 0 && gone.output.contains("gone"), "\(gone)")
        #expect(gone.output.contains("isn't the interface"), "\(gone)")
        #expect(try tune(again, "--revert").status == 66)
      }
    }

    private func start(_ end: LabEnd, _ options: [String] = [], tune: Bool = true) throws -> ChildProcess {
      let process = try ChildProcess(
        [ReflectorCommand.path, "attach", end.interface, "--netns", end.namespace, "--format", "json"] + options
          + (tune ? ["--tune"] : []))
      _ = try eventually(within: 15, "attached; it wrote: \(process.output)\(process.errors)") {
        guard process.isRunning else { throw TestFailure("status \(process.exitStatus ?? -1): \(process.errors)") }
        return process.output.contains("\n") ? true : nil
      }
      return process
    }
  }
}
