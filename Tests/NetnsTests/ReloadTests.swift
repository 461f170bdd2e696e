import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The configuration file, read again while it runs.
  @Suite struct Reload {
    private let path = NSTemporaryDirectory() + "/reflector-reload-\(getpid()).yaml"

    private func write(_ text: String) throws {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func reload(_ lab: NetnsLab) throws -> Outcome {
      try ReflectorCommand.run(["reload", lab.reflector.interface, "--netns", lab.reflector.namespace])
    }

    @Test("reload applies the file, by command and by signal, and the command line still wins")
    func reload() throws {
      try NetnsLab.with { lab in
        defer { unlink(path) }
        try write("port: 5000\nrules: [ito]\n")
        let reflector = try Reflector(in: lab, ["--config", path, "--rules", "rfc2544", "--mode", "generic"])
        let agent = try Agent.tester(in: lab)
        func frame(_ port: Int) -> [String: Any] { ["signature": "RFC2544", "offset": 0, "port": port] }
        try agent.send(20, ["frame": frame(5000)]).expectPerfect(20)
        try write("port: 5001\nmode: copy\n")
        let outcome = try reload(lab)
        #expect(outcome.status == 0 && outcome.output == "\(lab.reflector.interface): reloaded \(path)\n", "\(outcome)")
        try agent.send(20, ["frame": frame(5001)]).expectPerfect(20)
        #expect(try agent.send(5, ["frame": frame(5000), "timeout": 0.2]).lost == 5)
        try write("port: 5002\n")
        reflector.process.signal(SIGHUP)
        _ = try eventually(within: 10, "reloaded") {
          reflector.process.errors.components(separatedBy: "reloaded \(path)").count == 3 ? true : nil
        }
        try agent.send(20, ["frame": frame(5002)]).expectPerfect(20)
        let totals = try reflector.stop()
        #expect(totals.reflected == 60 && totals.balanced, "\(totals)")
      }
    }

    @Test("what is wrong or needs a restart changes nothing, and the process goes on")
    func refused() throws {
      try NetnsLab.with { lab in
        defer { unlink(path) }
        try write("port: 5000\n")
        let reflector = try Reflector(in: lab, ["--config", path])
        try write("port: 5001\nmoed: copy\n")
        let wrong = try reload(lab)
        #expect(
          wrong.status == 65 && wrong.errors.hasPrefix("\(path):2: moed is no option\nis mode meant?\n"), "\(wrong)")
        // By the signal alone the reflector's log has it.
        reflector.process.signal(SIGHUP)
        _ = try eventually(within: 10, "refused") {
          reflector.process.errors.contains("error: \(path):2: moed is no option\nerror: is mode meant?\n") ? true : nil
        }
        try write("port: 5001\nqueues: 0\nspin: 3\n")
        let restart = try reload(lab)
        #expect(restart.status == 65 && restart.errors.contains("the reload was refused"), "\(restart)")
        #expect(reflector.process.errors.contains("error: \(path):2: queues needs a restart: "))
        #expect(reflector.process.errors.contains("error: \(path):3: spin needs a restart: it is 50, "))
        unlink(path)
        #expect(try reload(lab).status == 65)
        let frame: [String: Any] = ["signature": "RFC2544", "offset": 0, "port": 5000]
        try Agent.tester(in: lab).send(20, ["frame": frame]).expectPerfect(20)
        try reflector.stop().expectAccounts(forSent: 20)
      }
    }

    @Test("without a file there is nothing to read, without a reflector nobody to ask")
    func nothing() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab, ["--config", "none"])
        let outcome = try reload(lab)
        #expect(outcome.status == 0 && outcome.output.contains("there is no configuration file to read"), "\(outcome)")
        try reflector.stop().expectAccounts(forSent: 0)
        #expect(try reload(lab).status == 66)
      }
    }

    @Test(
      "reload --program puts another program in the place of the first, and the accounts go on",
      arguments: AttachMode.allCases)
    func program(mode: AttachMode) throws {
      try NetnsLab.with(mode) { lab in
        let reflector = try Reflector(in: lab, mode.options)
        let agent = try Agent.tester(in: lab)
        var programs = [try #require(try KernelState.program(on: lab.reflector)).id]
        for _ in 0..<3 {
          try agent.send(20).expectPerfect(20)
          let outcome = try ReflectorCommand.run(
            ["reload", lab.reflector.interface, "--netns", lab.reflector.namespace, "--program"])
          #expect(outcome.status == 0, "\(outcome)")
          programs.append(try #require(try KernelState.program(on: lab.reflector)).id)
        }
        #expect(zip(programs, programs.dropFirst()).allSatisfy { $0 != $1 } && programs[0] == programs[2])
        try agent.send(20).expectPerfect(20)
        let stats = try ReflectorCommand.statistics(lab)
        #expect(stats.balanced)
        try reflector.stop().expectAccounts(forSent: 80)
        try expectNothingLeft(lab, program: nil)
      }
    }

    /// SIGHUP ends a process that doesn't expect it.
    @Test("a process that has the number and not the program gets no signal")
    func otherProcess() throws {
      try NetnsLab.with { lab in
        let reflector = try Reflector(in: lab)
        let other = try ChildProcess(["sleep", "60"])
        let map = ["pinned", reflector.attached.pins + "/session", "key", "0", "0", "0", "0"]
        let entry = try #require(
          try jsonObject(runChecked(["bpftool", "-j", "map", "lookup"] + map)) as? [String: Any])
        var bytes = try #require(entry["value"] as? [String])
        // The second field, in the machine's own order.
        withUnsafeBytes(of: UInt32(other.pid)) { pid in
          for index in 0..<4 { bytes[4 + index] = "\(pid[index])" }
        }
        try runChecked(["bpftool", "map", "update"] + map + ["value"] + bytes)
        let outcome = try reload(lab)
        #expect(
          outcome.status == 66 && outcome.errors.contains("its maps name pid \(other.pid), which has not its program"))
        #expect(other.isRunning)
        try reflector.stop().expectAccounts(forSent: 0)
        #expect(other.isRunning)
      }
    }

    @Test("SIGHUP on a terminal is a reload; a terminal that is closed ends it in order")
    func terminal() throws {
      try NetnsLab.with { lab in
        let outcome = try run([
          "/usr/bin/python3", Agent.script("hangup.py"), "frames/s", "nothing has changed", ReflectorCommand.path,
          "attach",
          lab.reflector.interface, "--netns", lab.reflector.namespace, "--interval", "0.1",
        ])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("SIGHUP: there is no configuration file to read; nothing has changed"))
        try expectNothingLeft(lab, program: nil)
      }
    }
  }
}
