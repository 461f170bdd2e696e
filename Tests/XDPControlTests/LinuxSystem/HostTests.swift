import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct HostTests {
  @Test(arguments: [
    ("6.18.0-rc3+", KernelRelease(6, 18)), ("5.4", KernelRelease(5, 4)), ("6.1-rc2", KernelRelease(6, 1)),
    ("6", nil), ("", nil), (".6", nil), ("6.", nil), ("a.b", nil), ("-6.1", nil),
  ])
  func `a release is two numbers`(text: String, expected: KernelRelease?) {
    #expect(KernelRelease(text) == expected)
  }

  @Test func `releases compare by number, not by letter`() throws {
    #expect(KernelRelease(6, 2) < KernelRelease(6, 18))
    #expect(KernelRelease(5, 20) < KernelRelease(6, 0))
    let current = try #require(KernelRelease.current)
    #expect(try Command.run("uname", "-r").hasPrefix(current.description))
  }

  @Test func `capabilities are bits of CapEff`() throws {
    let some = try #require(Capabilities(status: "Name:\tx\nCapInh:\t00\nCapEff:\t0000008000001000\nSeccomp:\t0\n"))
    #expect(Capabilities.Capability.allCases.filter(some.has) == [.netAdmin, .bpf])
    #expect(Capabilities(status: "CapEff:\tzz\n") == nil)
    #expect(Capabilities(status: "CapEff:\t1ffffffffffffffff\n") == nil)
    #expect(Capabilities(status: "") == nil)
  }

  @Test func `the capabilities of this process are what /proc says`() throws {
    let status = try Command.run("grep", "CapEff", "/proc/\(getpid())/status")
    let current = try #require(Capabilities.current())
    #expect(current == Capabilities(status: status))
  }

  @Test func `the clock goes forward`() {
    let first = MonotonicClock.nanoseconds
    usleep(2000)
    #expect(MonotonicClock.nanoseconds - first >= 2_000_000)
  }

  @Test func `a file that isn't there is an error with its name`() throws {
    let error = try #require(throws: SystemCallError.self) { try TextFile.read("/nowhere/file") }
    #expect(error == SystemCallError("open /nowhere/file", .noSuchFileOrDirectory))
  }
}
