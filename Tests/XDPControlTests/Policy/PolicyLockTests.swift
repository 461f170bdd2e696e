import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import XDPControl

@Suite struct PolicyLockTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = "/tmp/reflector-turn-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try check("mkdir") { mkdir(path, 0o700) }
    defer { rmdir(path) }
    try body(path)
  }

  @Test func `somebody else's turn is waited for, and is busy after the patience`() throws {
    try withFolder { path in
      let lock = PolicyLock(base: path)
      guard let other = try FolderLock.take(path, LOCK_EX | LOCK_NB) else {
        Issue.record("the folder isn't there")
        return
      }
      let start = MonotonicClock.nanoseconds
      #expect(throws: PolicyError.busy) { try lock.withTurn(patience: 30_000_000) {} }
      #expect(MonotonicClock.nanoseconds - start >= 30_000_000)
      #expect(throws: PolicyError.busy) { try lock.withTurn(patience: 0) {} }
      _ = consume other
      #expect(try lock.withTurn { 5 } == 5)
      #expect(try lock.withTurn { 6 } == 6, "the turn is over when it is over")
    }
  }

  @Test func `without pins the threads of one process take turns`() throws {
    let lock = PolicyLock(base: nil)
    try lock.withTurn { () throws(PolicyError) in
      let busy = try? onThread { () -> PolicyError? in
        do throws(PolicyError) {
          try lock.withTurn(patience: 0) {}
          return nil
        } catch {
          return error
        }
      }
      #expect(busy == .some(.busy))
    }
    #expect(try lock.withTurn { 5 } == 5)
  }

  @Test func `a folder that isn't there is no turn`() {
    let lock = PolicyLock(base: "/tmp/reflector-turn-nowhere-\(getpid())")
    let error = #expect(throws: PolicyError.self) { try lock.withTurn {} }
    guard case .system(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.errno == .noSuchFileOrDirectory)
  }
}
