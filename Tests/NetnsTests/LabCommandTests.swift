import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `reflector-xdp lab` as an operator has it.
  @Suite struct LabCommand {
    @Test("its options arrive, and the JSON says so", arguments: AttachMode.allCases.filter { $0 != .spread })
    func options(mode: AttachMode) throws {
      let outcome = try ReflectorCommand.run(
        ["lab", "--queues", "2", "--frames", "7", "--format", "json"] + mode.options, seconds: 60)
      #expect(outcome.status == 0, "\(outcome)")
      let report = try #require(try jsonObject(outcome.output) as? [String: Any])
      #expect(report["passed"] as? Bool == true && report["ending"] as? String == "complete", "\(outcome)")
      #expect(report["reflector"] as? String == "\(mode.attachMode), \(mode.bindMode ?? "in the kernel"), 2 queues")
      #expect((report["returned_by_queue"] as? [Int])?.count == 2)
      let cases = try #require(report["cases"] as? [[String: Any]])
      // Six protocols, seven sizes; 50 frames one at a time, and 7 in the window.
      #expect(cases.count == 42 && cases.allSatisfy { $0["sent"] as? Int == 57 && $0["returned"] as? Int == 57 })
    }

    @Test("--by-size has a row for each size")
    func bySize() throws {
      let outcome = try ReflectorCommand.run(["lab", "--frames", "1", "--by-size"], seconds: 60)
      #expect(outcome.status == 0, "\(outcome)")
      for name in ["IPv4 60 ", "IPv6 QinQ 1522 ", "\npassed\n"] {
        #expect(outcome.output.contains(name), "no «\(name)»: \(outcome)")
      }
    }

    /// A lab that sends until it is stopped, and is at it.
    private func endless() throws -> ChildProcess {
      let lab = try ChildProcess([ReflectorCommand.path, "lab", "--frames", "1000000"])
      // Until frames have come back, which it spends its time on: without any it has failed.
      _ = try eventually(within: 60, "the tester is at work; it wrote: \(lab.errors)") {
        guard lab.isRunning else { throw TestFailure("the lab ended: \(lab.output)\(lab.errors)") }
        // Threads come and go while they are looked at: one without times is asked for again.
        guard let tester = try task("lab-tester", of: lab),
          let times = try? String(contentsOfFile: tester + "/schedstat", encoding: .utf8)
        else { return nil as Bool? }
        return times.split(separator: " ").first.flatMap { UInt64($0) } ?? 0 > 200_000_000 ? true : nil
      }
      return lab
    }

    /// The folder in /proc of the thread with that name.
    private func task(_ name: String, of process: ChildProcess) throws -> String? {
      let tasks = "/proc/\(process.pid)/task"
      return try FileManager.default.contentsOfDirectory(atPath: tasks).map { "\(tasks)/\($0)" }.first {
        (try? String(contentsOfFile: $0 + "/comm", encoding: .utf8)) == name + "\n"
      }
    }

    @Test("a run that lost frames has failed: 1, also when it was stopped")
    func failed() throws {
      let lab = try endless()
      let namespace = try #require(try task("lab-reflector", of: lab)) + "/ns/net"
      let text = try runChecked(["nsenter", "--net=\(namespace)", "ip", "-json", "-d", "link", "show", "type", "veth"])
      let link = try #require((try jsonObject(text) as? [[String: Any]])?.first)
      let program = try #require(((link["xdp"] as? [String: Any])?["prog"] as? [String: Any])?["id"] as? Int)
      try runChecked(["bpftool", "link", "detach", "id", "\(KernelState.link(ofProgram: program))"])
      // A frame is lost after a second.
      sleep(4)
      lab.signal(SIGINT)
      #expect(try lab.wait(seconds: 30) == 1, "\(lab.output)\(lab.errors)")
      #expect(lab.output.contains("FAILED"), "\(lab.output)")
    }

    @Test("a run that is stopped says how far it came: 130", arguments: [SIGINT, SIGTERM])
    func stopped(signal: CInt) throws {
      let lab = try endless()
      lab.signal(signal)
      #expect(try lab.wait(seconds: 30) == 130, "\(lab.output)\(lab.errors)")
      #expect(lab.output.contains("nothing wrong before it was stopped"), "\(lab.output)")
      #expect(lab.output.contains("stopped: 1 of 42 cases begun"), "\(lab.output)")
    }
  }
}
