import CMNL
import Testing

@testable import XDPControl

/// How much a request holds.
@Suite struct NetlinkRequestTests {
  private func request(octets: Int) -> Bool {
    var request = NetlinkRequest("TEST", type: 16, genlmsghdr(cmd: 1, version: 1, reserved: 0))
    request.put(1, [UInt8](repeating: 0, count: octets))
    return request.isOverfull
  }

  @Test func `the largest RSS table fits, of 4096 slots`() {
    #expect(!request(octets: 4096 * 4))
  }

  @Test func `what doesn't fit is remembered, not written`() {
    #expect(request(octets: 40_000))
  }
}
