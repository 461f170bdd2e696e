import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `reflector-xdp bench` for moments: whether it measures right, not how fast anything is.
  @Suite(.enabled(if: Requirements.cpus >= 2, "bench needs two CPUs"))
  struct BenchCommand {
    private let short = ["bench", "--rounds", "1", "--seconds", "0.5", "--format", "json"]

    private func rows(_ outcome: Outcome) throws -> [[String: Any]] {
      let report = try #require(try jsonObject(outcome.output) as? [String: Any], "\(outcome)")
      return try #require(report["live"] as? [[String: Any]])
    }

    private func figure(_ row: [String: Any], _ name: String) -> Double? {
      (row[name] as? Double) ?? (row[name] as? [String: Any])?["median"] as? Double
    }

    @Test("subjects take turns, and every frame comes back as it should")
    func windows() throws {
      let outcome = try ReflectorCommand.run(
        short + ["--window", "32", "--only", "kernel-limit", "--only", "xsk", "--with", "--batch 16"], seconds: 120)
      #expect(outcome.status == 0, "\(outcome)")
      let rows = try rows(outcome)
      #expect(rows.compactMap { $0["subject"] as? String } == ["kernel limit", "xsk", "--batch 16"])
      for row in rows {
        #expect(row["sent"] as? Int ?? 0 > 0 && row["lost"] as? Int == 0 && row["corrupted"] as? Int == 0, "\(row)")
        #expect(figure(row, "frames_per_second") ?? 0 > 0)
      }
      #expect(figure(rows[1], "worker_ns_per_frame") ?? 0 > 0 && figure(rows[1], "calls_per_frame") ?? 0 > 0)
      #expect(rows[1]["disagreements"] as? Int == 0)
    }

    @Test(
      "testpmd is measured beside us, and leaves nothing",
      .enabled(if: Requirements.isInstalled("dpdk-testpmd"), "dpdk-testpmd is missing (package dpdk-dev)"))
    func testpmd() throws {
      let outcome = try ReflectorCommand.run(short + ["--window", "32", "--only", "testpmd"], seconds: 120)
      #expect(outcome.status == 0, "\(outcome)")
      let row = try #require(try rows(outcome).first)
      #expect(row["subject"] as? String == "testpmd" && row["sent"] as? Int ?? 0 > 0, "\(row)")
      #expect(row["lost"] as? Int == 0 && row["corrupted"] as? Int == 0, "\(row)")
      #expect(figure(row, "worker_ns_per_frame") ?? 0 > 0 && figure(row, "calls_per_frame") ?? 0 > 0)
      let machine = (try jsonObject(outcome.output) as? [String: Any])?["machine"] as? [String: Any]
      #expect((machine?["dpdk"] as? String)?.hasPrefix("DPDK ") == true)
    }

    @Test("what isn't installed is left out, aloud")
    func leftOut() throws {
      let outcome = try TestSupport.run(
        ["env", "PATH=/nowhere", ReflectorCommand.path] + short
          + ["--window", "32", "--only", "testpmd", "--only", "kernel-limit"], seconds: 120)
      #expect(outcome.status == 0 && outcome.errors.hasPrefix("left out: testpmd: "), "\(outcome)")
      #expect(try rows(outcome).compactMap { $0["subject"] as? String } == ["kernel limit"])
      let report = try jsonObject(outcome.output) as? [String: Any]
      #expect((report?["left_out"] as? [[String: Any]])?.first?["what"] as? String == "testpmd")
    }

    @Test("conversations, networks, rules and policy: each frame is known again")
    func variety() throws {
      let outcome = try ReflectorCommand.run(
        short + ["--suite", "conversations", "--suite", "networks", "--suite", "rules", "--suite", "policy"]
          + ["--only", "xsk"], seconds: 120)
      #expect(outcome.status == 0, "\(outcome)")
      let rows = try rows(outcome)
      #expect(rows.count == 12)
      #expect(rows.allSatisfy { $0["lost"] as? Int == 0 && $0["corrupted"] as? Int == 0 }, "\(rows)")
    }

    @Test("frames that come back otherwise than they should are told", arguments: ["windows", "conversations"])
    func corrupted(suite: String) throws {
      let outcome = try ReflectorCommand.run(
        short + ["--suite", suite, "--window", "32", "--only", "kernel-limit", "--with", "--reflect mac"], seconds: 120)
      #expect(outcome.status == 1, "\(outcome)")
      for row in try rows(outcome) where row["subject"] as? String == "--reflect mac" {
        #expect(row["corrupted"] as? Int == row["sent"] as? Int, "\(row)")
      }
    }

    @Test("loss, start, memory and idle have figures; files are written")
    func others() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(getpid())").path
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let outcome = try ReflectorCommand.run(
        short + ["--suite", "lossless", "--suite", "start", "--suite", "idle", "--hold", "0.5", "--only", "xsk"]
          + ["--output", folder], seconds: 120)
      #expect(outcome.status == 0, "\(outcome)")
      let report = try #require(try jsonObject(outcome.output) as? [String: Any])
      func row(_ suite: String) -> [String: Any] { (report[suite] as? [[String: Any]])?.first ?? [:] }
      #expect(figure(row("lossless"), "closed_loop_frames_per_second") ?? 0 > 0)
      #expect(figure(row("start"), "first_frame_ms") ?? 0 > 0)
      // The UMEM alone has 16 MiB.
      #expect(figure(row("start"), "resident_bytes") ?? 0 > 16_777_216)
      #expect(figure(row("idle"), "core_share").map { $0 >= 0 && $0 < 1 } == true)
      #expect(try String(contentsOfFile: "\(folder)/results.md", encoding: .utf8).contains("### idle"))
    }

    @Test("a threshold that is missed is an error, and one that can't be judged is said")
    func check() throws {
      let file = FileManager.default.temporaryDirectory.appending(path: "thresholds-\(getpid()).json").path
      defer { try? FileManager.default.removeItem(atPath: file) }
      let side = #"{"subject": "kernel limit", "window": 32}"#
      let ratio = #""suite": "windows", "figure": "frames_per_second", "of": \#(side)"#
      let json = #"""
        {"ratios": [{"name": "a", \#(ratio), "to": \#(side), "at_least": 1.5},
        {"name": "b", \#(ratio), "to": {"subject": "nobody"}, "at_least": 1}]}
        """#
      try json.write(toFile: file, atomically: true, encoding: .utf8)
      let outcome = try ReflectorCommand.run(
        short + ["--check", "--thresholds", file, "--window", "32", "--only", "kernel-limit"], seconds: 120)
      #expect(outcome.status == 1, "\(outcome)")
      let report = try #require(try jsonObject(outcome.output) as? [String: Any])
      let verdicts = (report["checks"] as? [[String: Any]])?.compactMap { $0["verdict"] as? String }
      #expect(verdicts == ["missed", "not measured"])
      let missing = try ReflectorCommand.run(["bench", "--check", "--thresholds", "/nowhere.json"])
      #expect(missing.status == 66 && missing.errors.split(separator: "\n").count == 3, "\(missing)")
    }

    @Test("SIGINT ends it with status 130, and its reflector with it", .timeLimit(.minutes(2)))
    func interrupted() throws {
      let process = try TestSupport.ChildProcess(
        [ReflectorCommand.path, "bench", "--rounds", "50", "--seconds", "1", "--only", "xsk"])
      let children = try eventually(within: 60, "the reflector runs") {
        let children = Self.children(of: process.pid)
        return children.isEmpty ? nil : children
      }
      process.signal(SIGINT)
      #expect(try process.wait(seconds: 60) == 130, "\(process.errors)")
      for child in children { #expect(kill(child, 0) == -1, "process \(child) is still there") }
    }

    /// The fourth field of stat is the parent; the second, a name in brackets, may have blanks in it.
    private static func children(of process: pid_t) -> [pid_t] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { pid_t($0) }.filter { candidate in
        let text = (try? String(contentsOfFile: "/proc/\(candidate)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) } == process
      }
    }
  }
}
