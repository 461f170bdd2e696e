import AFXDP
import CLinux
import Glibc
import LinuxSystem
import ReflectorCore
import SystemPackage
import Testing
import XDPControl

@testable import ReflectorEngine

/// The same code over the real kernel, on a veth in a network namespace without a name: it goes with the
/// thread that made it. No frames here, for want of a program that redirects them; those are the
/// end-to-end tests' part.
@Suite struct RealKernelTests {
  private static var canMakeNamespaces: Bool {
    geteuid() == 0 && access("/usr/sbin/ip", X_OK) == 0
  }

  /// `setns` and `unshare` are per thread and tests hop threads, so a thread is made for this alone.
  /// What it finds out is looked at afterwards, by the test.
  private func inNamespace<Found: Sendable>(_ body: @escaping @Sendable (UInt32) throws -> Found) throws -> Found {
    let found = Box<Found>()
    let thread = try PosixThread(name: "namespace") {
      do {
        try check("unshare") { clinux_unshare_network_namespace() }
        try ip("link add dp-v0 type veth peer name dp-v1")
        try ip("link set dp-v0 up")
        try ip("link set dp-v1 up")
        found.result = .success(try body(if_nametoindex("dp-v0")))
      } catch {
        found.result = .failure(error)
      }
    }
    thread.join()
    return try #require(found.result).get()
  }

  @Test(.enabled(if: canMakeNamespaces, "needs root and iproute2, to make a network namespace"))
  func aSocketOnAVeth() throws {
    struct Found: Sendable {
      var zeroCopy: SystemCallError?
      var second: SystemCallError?
      var noQueue: SystemCallError?
      var bindMode: BindMode?
      var statistics: XSKStatistics?
      var kicks: [KickResult] = []
    }
    let found = try inNamespace { index in
      var found = Found()
      var configuration = XSKConfiguration(interfaceIndex: index, queue: 0)
      configuration.bindMode = .zeroCopy
      found.zeroCopy = failure { () throws(SystemCallError) in try XSK.open(configuration) }
      configuration.bindMode = .copy
      configuration.busyPoll = true
      let xsk = try XSK.open(configuration)
      found.bindMode = xsk.bindMode
      found.statistics = try xsk.statistics()
      found.second = failure { () throws(SystemCallError) in try XSK.open(configuration) }
      configuration.queue = 9
      found.noQueue = failure { () throws(SystemCallError) in try XSK.open(configuration) }
      found.kicks.append(xsk.kickTX())
      found.kicks.append(xsk.kickRX())
      try ip("link set dp-v0 down")
      found.kicks.append(xsk.kickTX())
      try ip("link set dp-v0 up")
      found.kicks.append(xsk.kickTX())
      try ip("link del dp-v0")
      found.kicks.append(xsk.kickTX())
      return found
    }
    #expect(found.zeroCopy == SystemCallError("bind", .notSupportedOnSocket))
    #expect(found.second == SystemCallError("bind", .resourceBusy))
    #expect(found.noQueue == SystemCallError("bind", .invalidArgument))
    #expect(found.bindMode == .copy)
    #expect(found.statistics?.rxDropped == 0 && found.statistics?.txInvalidDescriptors == 0)
    #expect(found.kicks == [.sent, .sent, .linkDown, .sent, .unbound])
  }

  @Test(.enabled(if: canMakeNamespaces, "needs root and iproute2, to make a network namespace"))
  func aWorkerOnAVethRestsAndNoticesItsLink() throws {
    struct Found: Sendable {
      var states: [WorkerState] = []
      var idleNanoseconds: UInt64 = .max
      var tally = WorkerTally()
    }
    let found = try inNamespace { index in
      let slot = Slot()
      var found = Found()
      let xsk = try XSK.open(XSKConfiguration(interfaceIndex: index, queue: 0))
      let worker = try WorkerThread.start(xsk, reflecting: .mac, counters: slot.pointer)
      let before = worker.cpuNanoseconds ?? 0
      usleep(1_000_000)
      found.idleNanoseconds = (worker.cpuNanoseconds ?? .max) - before
      found.states.append(worker.state)
      for change in ["link set dp-v0 down", "link set dp-v0 up", "link del dp-v0"] {
        try ip(change)
        let state = worker.state
        for _ in 0..<1500 where worker.state == state { usleep(10_000) }
        found.states.append(worker.state)
      }
      worker.join()
      found.tally = slot.tally
      return found
    }
    #expect(found.states == [.running, .linkDown, .running, .unbound])
    #expect(found.idleNanoseconds < 10_000_000, "1 % of a core in a second")
    #expect(found.tally.linkDown > 0 && found.tally.polls > 0 && found.tally.received == 0)
  }
  /// What the books of refused frames rest on: EBUSY means that exactly one frame was taken off the TX ring,
  /// completed and dropped, and the ring's index shows it at once.
  @Test(.enabled(if: canMakeNamespaces, "needs root and iproute2, to make a network namespace"))
  func aRefusedFrameIsOffTheTXRingAndCompleted() throws {
    struct Found: Sendable {
      var kicks: [KickResult] = []
      var pending: [UInt32] = []
      var completed: [UInt32] = []
    }
    let found = try inNamespace { index in
      // Without a carrier the device drops whatever it is to send.
      try ip("link set dp-v1 down")
      var xsk = try XSK.open(XSKConfiguration(interfaceIndex: index, queue: 0))
      _ = xsk.rings.tx.reserve(upTo: 3)
      for chunk in 0..<3 as Range<UInt64> {
        xsk.rings.tx.half.write(xdp_desc(addr: chunk * 4096 + 256, len: 60, options: 0))
      }
      xsk.rings.tx.submit()
      var found = Found()
      for _ in 0..<4 {
        found.kicks.append(xsk.kickTX())
        found.pending.append(xsk.rings.tx.pending)
        found.completed.append(xsk.rings.completion.pending)
      }
      return found
    }
    #expect(found.kicks == [.deviceRefused, .deviceRefused, .deviceRefused, .sent])
    #expect(found.completed == [1, 2, 3, 3])
    #expect(found.pending == [2, 1, 0, 0])
  }

  /// The same of chains: one EBUSY is one frame, with all of its descriptors.
  @Test(
    .enabled(if: canMakeNamespaces, "needs root and iproute2, to make a network namespace"),
    .enabled(if: XDPProbe.hasMultiBuffer, "needs Linux 6.6, for frames of several chunks"))
  func aRefusedChainIsOffTheTXRingAndCompletedWhole() throws {
    struct Found: Sendable {
      var kicks: [KickResult] = []
      var pending: [UInt32] = []
      var completed: [UInt32] = []
      var invalid: UInt64?
    }
    let found = try inNamespace { index in
      try ip("link set dp-v1 down")
      var configuration = XSKConfiguration(interfaceIndex: index, queue: 0)
      configuration.multiBuffer = true
      var xsk = try XSK.open(configuration)
      _ = xsk.rings.tx.reserve(upTo: 64)
      var chunk: UInt64 = 0
      for length in [3, 1, 17] {
        for part in 1...length {
          xsk.rings.tx.half.write(xdp_desc(addr: chunk * 4096 + 256, len: 60, options: part < length ? 1 : 0))
          chunk += 1
        }
      }
      xsk.rings.tx.submit()
      var found = Found()
      for _ in 0..<4 {
        found.kicks.append(xsk.kickTX())
        found.pending.append(xsk.rings.tx.pending)
        found.completed.append(xsk.rings.completion.pending)
      }
      found.invalid = try xsk.statistics().txInvalidDescriptors
      return found
    }
    #expect(found.kicks == [.deviceRefused, .deviceRefused, .deviceRefused, .sent])
    #expect(found.completed == [3, 4, 21, 21])
    #expect(found.pending == [18, 17, 0, 0])
    #expect(found.invalid == 0)
  }
}

private final class Box<Value: Sendable>: @unchecked Sendable {
  // Unchecked: written by one thread, read after it was joined.
  var result: Result<Value, any Error>?
}

private func failure(_ open: () throws(SystemCallError) -> XSK<LinuxKernel>) -> SystemCallError? {
  do throws(SystemCallError) {
    _ = try open()
    return nil
  } catch {
    return error
  }
}

/// Runs `ip` in the calling thread's network namespace.
private func ip(_ command: String) throws {
  var arguments: [UnsafeMutablePointer<CChar>?] = "ip \(command)".split(separator: " ").map { strdup(String($0)) }
  defer { arguments.forEach { free($0) } }
  arguments.append(nil)
  var pid = pid_t()
  let error = posix_spawn(&pid, "/usr/sbin/ip", nil, nil, &arguments, environ)
  guard error == 0 else { throw SystemCallError("posix_spawn ip", Errno(rawValue: error)) }
  var status: CInt = 0
  try checkRetrying("waitpid") { waitpid(pid, &status, 0) }
  guard status == 0 else { throw SystemCallError("ip \(command)", Errno(rawValue: status >> 8)) }
}
