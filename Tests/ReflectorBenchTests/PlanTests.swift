import Testing

@testable import ReflectorBench

@Suite("What is measured, and with what")
struct PlanTests {
  @Test("a suite varies one thing, and every subject is in it that can be")
  func suites() {
    let subjects: [Subject] = [.kernelLimit, .xsk, .testpmd]
    #expect(Suite.windows.cases(of: subjects, windows: [128, 1]).map(\.load.window) == [128, 1, 128, 1, 128, 1])
    #expect(Suite.rules.cases(of: subjects, windows: []).map(\.setup.rules) == [1, 16, 64])
    #expect(Suite.queues.cases(of: subjects, windows: []).map(\.setup.queues) == [1, 2, 1, 2])
    let networks = Suite.networks.cases(of: [.kernelLimit, .xsk], windows: [])
    #expect(networks.map(\.setup.networks) == [0, 0, 100_000])
    #expect(networks.allSatisfy { $0.load.networks == 100_000 }, "with the same traffic")
    let conversations = Suite.conversations.cases(of: [.kernelLimit, .xsk], windows: [])
    #expect(conversations.map(\.load.conversations) == [1, 1_000_000, 1, 1_000_000, 1, 1_000_000])
    #expect(conversations.suffix(4).map(\.setup.policy) == [.none, .none, .usual, .usual])
    #expect(
      Suite.policy.cases(of: [.testpmd, .xsk], windows: []).map(\.setup.policy) == [.usual, .none, .usual, .all])
    #expect(Suite.allCases.filter { !$0.isLive }.allSatisfy { $0.cases(of: subjects, windows: [1]).isEmpty })
  }

  @Test("options of attach: our own come last, and what runs in the kernel gets neither mode nor CPUs")
  func options() {
    let usual = ReflectorProcess.arguments(Setup(subject: .xsk), cpus: [1, 3], duration: 9).joined(separator: " ")
    #expect(usual.contains("--config none") && !usual.contains("--flows"))
    let without = ReflectorProcess.arguments(Setup(subject: .xsk, policy: .none), cpus: [1], duration: 9)
    #expect(without.joined(separator: " ").contains("--flows 0"))
    #expect(usual.contains("--mode copy --cpus 1,3") && usual.contains("--duration 9"))
    let kernel = ReflectorProcess.arguments(Setup(subject: .kernelDatapath), cpus: [1], duration: 9)
    #expect(!kernel.contains("--mode") && !kernel.contains("--cpus") && kernel.suffix(2) == ["--datapath", "kernel"])
    let other = ReflectorProcess.arguments(Setup(subject: .with("--batch 16 --cpus 0")), cpus: [1], duration: 9)
    #expect(other.suffix(4) == ["--batch", "16", "--cpus", "0"])
    #expect(Subject.with("").options.isEmpty && Subject.with("").name == "the same again")
  }

  @Test("options of testpmd: its device's apart from its own")
  func testpmd() {
    let usual = TestpmdProcess.arguments(cpu: 3, idleCPU: 1, options: "").joined(separator: " ")
    #expect(usual.contains("-l 1,3 --main-lcore 1") && usual.contains("force_copy=1,busy_budget=0 --"))
    let other = TestpmdProcess.arguments(cpu: 3, idleCPU: 1, options: "--burst=64 busy_budget=64 --rxd=512")
    #expect(other.suffix(2) == ["--burst=64", "--rxd=512"])
    #expect(other.contains { $0.hasSuffix("force_copy=1,busy_budget=64") })
  }

  @Test("so many rules, no two alike, with the test frame's last", arguments: [1, 16, 64])
  func rules(count: Int) {
    let options = RuleOptions.options(count: count)
    let rules = options.filter { $0.hasPrefix("name=") }
    #expect(options.prefix(2) == ["--rules", "none"])
    #expect(rules.count == count && Set(rules).count == count)
    #expect(rules.last == "name=last,port=3842,offset=5,bytes=text:PROBEOT")
    #expect(RuleOptions.options(count: 0).isEmpty)
  }

  @Test("generator and worker have a CPU each, or a CPU for each queue")
  func cpus() throws {
    let plan = try CPUPlan(generator: nil, worker: nil, allowed: [4, 5, 6])
    #expect(plan.generator == 4 && plan.worker == 5)
    // veth gives a frame to the queue of the sending CPU, modulo their number.
    #expect(plan.shared(queues: 2) == [6, 5])
    #expect(try CPUPlan(generator: nil, worker: 4, allowed: [4, 6]).generator == 6)
    #expect(try CPUPlan(generator: nil, worker: nil, allowed: [4, 6]).shared(queues: 2) == nil)
    #expect(throws: BenchError.self) { try CPUPlan(generator: nil, worker: nil, allowed: [3]) }
    #expect(throws: BenchError.self) { try CPUPlan(generator: 2, worker: 2, allowed: [2, 3]) }
  }
}
