import CLinux
import FakeKernel
import SystemPackage
import Testing

@testable import AFXDP

@Suite struct KickTests {
  @Test(arguments: [
    (Errno.resourceTemporarilyUnavailable, KickResult.again), (.interrupted, .again),
    (.resourceBusy, .deviceRefused), (.noBufferSpace, .noMemory), (.noMemory, .noMemory),
    (.networkDown, .linkDown),
    (.noSuchAddressOrDevice, .unbound), (.invalidArgument, .other(.invalidArgument)),
    (.notSupported, .other(.notSupported)),
  ])
  func everyErrnoOfAKickHasItsMeaning(errno: Errno, result: KickResult) throws {
    let kernel = FakeKernel()
    let xsk = try XSK.open(.small(), kernel: kernel)
    kernel.condition = errno
    #expect(xsk.kickTX() == result)
    #expect(xsk.kickRX() == result)
    kernel.condition = nil
    #expect(xsk.kickTX() == .sent)
    #expect(xsk.kickRX() == .sent)
  }

  @Test func waitingSaysWhatEndedIt() throws {
    let kernel = FakeKernel()
    let xsk = try XSK.open(.small(), kernel: kernel)
    #expect(xsk.wait(signal: -1, timeoutMilliseconds: 0) == Readiness())
    for events in [POLLIN, POLLERR, POLLHUP, POLLNVAL, POLLIN | POLLHUP] {
      kernel.onPoll = { _ in Int16(events) }
      let readiness = xsk.wait(signal: -1, timeoutMilliseconds: 0)
      #expect(readiness.hasFrames == (events & POLLIN != 0))
      #expect(readiness.isUnbound == (events & ~POLLIN != 0))
      #expect(!readiness.isSignalled)
      #expect(xsk.wait(forFrames: false, signal: -1, timeoutMilliseconds: 0) == Readiness())
    }
  }
}
