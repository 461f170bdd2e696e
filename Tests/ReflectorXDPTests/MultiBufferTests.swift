import AFXDP
import Testing

@testable import ReflectorXDP

struct MultiBufferTests {
  private func multiBuffer(
    _ mtu: UInt32, chunkSize: Int = 4096, segments: UInt32? = nil, isKnown: Bool = true
  ) -> MultiBuffer {
    MultiBuffer(mtu: mtu, chunkSize: chunkSize, zeroCopySegments: segments, isKnown: isKnown)
  }

  @Test(arguments: [
    (1500, 2048, false), (1770, 2048, false), (1771, 2048, true), (1771, 4096, false), (3046, 4096, false),
    (3047, 4096, true), (3819, 4096, true), (9000, 4096, true), (9000, 2048, true),
  ])
  func `it is on where a frame of the MTU with two tags needs more than a chunk, or a driver might want it`(
    mtu: UInt32, chunk: Int, isOn: Bool
  ) {
    #expect(multiBuffer(mtu, chunkSize: chunk).isOn == isOn)
    #expect(!multiBuffer(mtu, chunkSize: chunk, isKnown: false).isOn)
  }

  @Test func `the kernel isn't asked where nobody needs it`() {
    func ask() -> Bool {
      Issue.record("asked")
      return true
    }
    _ = MultiBuffer(mtu: 1500, chunkSize: 4096, zeroCopySegments: nil, isKnown: ask())
  }

  @Test func `copy always takes chains, zero-copy where the driver says so`() {
    #expect(multiBuffer(9000).longestChain(.copy) == 17)
    for segments in [nil, 0, 1] as [UInt32?] {
      #expect(multiBuffer(9000, segments: segments).longestChain(.zeroCopy) == nil)
    }
    #expect(multiBuffer(9000, segments: 8).longestChain(.zeroCopy) == 8)
    #expect(multiBuffer(9000, segments: 64).longestChain(.zeroCopy) == 17)
    for mode in BindMode.allCases {
      #expect(multiBuffer(1500, segments: 8).longestChain(mode) == nil)
      #expect(multiBuffer(9000, segments: 8, isKnown: false).longestChain(mode) == nil)
    }
  }

  @Test func `what is dropped is said, with the way out`() throws {
    #expect(multiBuffer(9000).warning(longest: 17 * 3840, isZeroCopy: false) == nil)
    #expect(multiBuffer(1500).warning(longest: 1792, isZeroCopy: false) == nil)
    let zeroCopy = try #require(multiBuffer(9000, segments: 1).warning(longest: 3840, isZeroCopy: true))
    #expect(zeroCopy.contains("MTU 9000: frames over 3840 bytes") && zeroCopy.contains("--mode copy"))
    let old = try #require(multiBuffer(9000, isKnown: false).warning(longest: 3840, isZeroCopy: false))
    #expect(old.contains("rx_dropped") && old.contains("Linux 6.6"))
    let small = try #require(
      multiBuffer(3000, chunkSize: 2048, isKnown: false).warning(longest: 1792, isZeroCopy: false))
    #expect(small.contains("--chunk-size 4096"))
  }
}
