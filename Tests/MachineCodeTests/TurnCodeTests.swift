import Foundation
import TestSupport
import Testing

/// A worker's turn as it ships: no lock, no allocation, no reference counting.
@Suite(
  "Machine code of a worker's turn",
  .enabled(
    if: Executable.isReadable, "needs x86-64, objdump (binutils), and a release build that REFLECTOR_XDP names"))
struct TurnCodeTests {
  @Test("a turn calls nothing of the runtime, takes no lock, and knows whom it calls")
  func turn() throws {
    let executable = Executable(path: try #require(Executable.path))
    // The worker of Linux's calls and the product's rewriting, compiled for just these two. ("FfA": the argument's
    // default.)
    let turns = try executable.functions().filter { name in
      name.hasPrefix("$s15ReflectorEngine11QueueWorkerV4turn") && name.contains("11LinuxKernelV")
        && name.contains("11ReflectModeO") && name.contains("Tg5") && !name.contains("FfA")
    }
    #expect(!turns.isEmpty, "no turn of QueueWorker<LinuxKernel, ReflectMode> in it; is it stripped?")
    for turn in turns {
      let inspection = try Inspection(of: turn, in: executable)
      #expect(inspection.findings.isEmpty, "\(inspection.findings)")
      // It was the turn that was read, all of it: both kicks are there, and the rewriting.
      #expect(inspection.calls.isSuperset(of: ["sendto", "recvfrom"]), "\(inspection.functions)")
      #expect(inspection.instructionCount > 500, "\(inspection.functions)")
    }
  }
}

/// The same seen from outside, and with what the thread does between turns: its rests included.
@Suite(
  "A running worker's allocations",
  .enabled(
    if: Executable.probe.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false,
    "needs micro-probe beside a release build that REFLECTOR_XDP names"))
struct AllocationTests {
  /// The program counts `malloc` and its kin on the worker's thread. (Of a debug build it counts hundreds: the ledgers
  /// there do allocate.)
  @Test("a worker at work allocates nothing", arguments: ["copy", "zero-copy"])
  func allocations(bindMode: String) throws {
    let output = try runChecked([try #require(Executable.probe), "turn", bindMode, "4096", "20"], seconds: 60)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 6 && lines.allSatisfy { $0.hasSuffix(" kicks, 0 allocations") }, "\(output)")
  }
}
