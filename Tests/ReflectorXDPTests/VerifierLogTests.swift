import Glibc
import LinuxSystem
import Testing

@testable import ReflectorXDP

/// The file in which a refusal of the verifier's waits for somebody to read it.
@Suite struct VerifierLogTests {
  /// A path in a folder that isn't there yet.
  private let folder = "/tmp/reflector-verifier-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  private var path: String { folder + "/verifier.log" }

  private func removeAll() {
    _ = unlink(path)
    _ = rmdir(folder)
  }

  private static let lines = [
    "libbpf: prog 'reflector': BPF program load failed: Permission denied",
    "-- BEGIN PROG LOAD LOG --", "0: (61) r2 = *(u32 *)(r1 +4)", "R1 invalid mem access 'scalar'",
    "processed 12 insns (limit 1000000) max_states_per_insn 0", "-- END PROG LOAD LOG --",
    "libbpf: failed to load object 'reflector'",
  ]

  @Test func `what was refused can be read by everybody, and goes when a program is taken`() throws {
    defer { removeAll() }
    let log = VerifierLog(path: path)
    #expect(log.read() == .absent)
    try log.write(["an older one"])
    try log.write(Self.lines)
    let refusal = try #require(log.read().value)
    #expect(refusal.verdict == "R1 invalid mem access 'scalar'" && refusal.path == path)
    #expect((0..<60).contains(refusal.secondsAgo))
    var information = stat()
    #expect(stat(path, &information) == 0 && information.st_mode & 0o777 == 0o644 & ~currentMask())
    log.remove()
    #expect(log.read() == .absent)
  }

  @Test func `a log too long keeps its end, which says what is wrong`() throws {
    defer { removeAll() }
    let log = VerifierLog(path: path)
    try log.write([String](repeating: "0: (b7) r0 = 0", count: 20_000) + Self.lines)
    #expect(log.read().value?.verdict == "R1 invalid mem access 'scalar'")
  }

  @Test func `a link that somebody put there is not followed`() throws {
    defer { removeAll() }
    let victim = folder + "-victim"
    defer { _ = unlink(victim) }
    let log = VerifierLog(path: path)
    try log.write(["first"])
    log.remove()
    #expect(symlink(victim, path) == 0)
    try log.write(Self.lines)
    #expect(access(victim, F_OK) != 0)
  }

  @Test(arguments: [("", "no words"), ("-- END --", "-- END --"), ("\n\nonly this\n", "only this")])
  func `a log without a cause`(log: String, verdict: String) {
    #expect(VerifierLog.verdict(log) == verdict)
  }

  private func currentMask() -> mode_t {
    let mask = umask(0)
    umask(mask)
    return mask
  }
}
