import Glibc
import LinuxSystem
import Testing

@testable import ReflectorBench

@Suite("Children")
struct ChildProcessTests {
  private func shell(_ script: String, hasInput: Bool = false, joinsErrors: Bool = false) throws -> ChildProcess {
    try ChildProcess(
      ChildProcess.Command(
        program: "sh", arguments: ["-c", script], environment: ["BENCH_TEST": "seen"], hasInput: hasInput,
        joinsErrors: joinsErrors))
  }

  @Test("output, errors, environment and status arrive")
  func output() throws {
    var child = try shell("echo $BENCH_TEST; echo bad >&2; exit 3", joinsErrors: true)
    var lines = LineReader(child.output.rawValue)
    #expect(try lines.next(within: 20_000) == "seen")
    #expect(try lines.next(within: 20_000) == "bad")
    #expect(try lines.next(within: 20_000) == nil)
    while child.isRunning { usleep(1000) }
    let status = child.wait()
    #expect(status == 3)
  }

  @Test("one that doesn't want to end is ended")
  func stubborn() throws {
    var child = try shell("trap '' INT; echo ready; while true; do sleep 1; done")
    var lines = LineReader(child.output.rawValue)
    #expect(try lines.next(within: 20_000) == "ready")
    let status = child.wait()
    #expect(status == 128 + SIGKILL)
    let isRunning = child.isRunning
    #expect(!isRunning)
  }

  @Test("none outlives its owner, and its input ends with it")
  func owner() throws {
    func start() throws -> pid_t {
      let child = try shell("echo ready; exec cat", hasInput: true)
      var lines = LineReader(child.output.rawValue)
      #expect(try lines.next(within: 20_000) == "ready")
      return child.id
    }
    #expect(kill(try start(), 0) == -1 && errno == ESRCH)
  }

  @Test("what isn't there is an error, with its name")
  func missing() {
    let error = #expect(throws: (any Error).self) {
      _ = try ChildProcess(ChildProcess.Command(program: "no-such-program-here", arguments: []))
    }
    #expect("\(String(describing: error))".contains("no-such-program-here"))
  }
}
