import AFXDP
import LinuxSystem
import XDPControl

/// Frames that are longer than a chunk: whether any can come, and which sockets take them as chains of chunks. Pure.
package struct MultiBuffer: Sendable, Hashable {
  /// Whether the program is loaded for frames in several parts. Only where the sockets can take them, too: before
  /// Linux 6.6 the kernel drops what such a program redirects, and nobody counts it.
  let isOn: Bool
  private let mtu: UInt32
  private let chunkSize: Int
  /// Chunks of a frame that the driver takes in zero-copy (`xdp-zc-max-segs`); nil where it doesn't say.
  private let zeroCopySegments: UInt32?

  /// - Parameter isKnown: whether this kernel has it; asked only where some frame may not fit a chunk.
  init(mtu: UInt32, chunkSize: Int, zeroCopySegments: UInt32?, isKnown: @autoclosure () -> Bool) {
    self.mtu = mtu
    self.chunkSize = chunkSize
    self.zeroCopySegments = zeroCopySegments
    isOn = Self.isWanted(mtu: mtu, chunkSize: chunkSize) && isKnown()
  }

  init(_ interface: Interface, _ configuration: Configuration) {
    let features = try? XDPFeatures.of(interface)
    self.init(
      mtu: interface.mtu, chunkSize: configuration.chunkSize, zeroCopySegments: features?.zeroCopyMaximumSegments,
      isKnown: XDPProbe.hasMultiBuffer)
  }

  /// Ethernet header and two tags on top of the MTU.
  package static let headers: UInt32 = 14 + 8
  /// Since when there are sockets for such frames.
  package static let least = KernelRelease(6, 6)
  /// The largest MTU with which every driver that has a limit for frames in one part takes native XDP. Beyond it some
  /// do only for a program that takes several (docs/drivers.md).
  private static let onePartMTU: UInt32 = 3046

  package static func isWanted(mtu: UInt32, chunkSize: Int) -> Bool {
    isTooLong(mtu: mtu, for: Configuration.longestFrame(chunkSize: chunkSize)) || mtu > onePartMTU
  }

  static func isTooLong(mtu: UInt32, for longest: Int) -> Bool { Int(mtu + headers) > longest }

  /// Chunks of the longest frame that a socket in this mode takes; nil where it has to be one.
  func longestChain(_ mode: BindMode) -> UInt32? {
    guard isOn else { return nil }
    switch mode {
    case .copy: return Chain.longest
    case .zeroCopy:
      guard let zeroCopySegments, zeroCopySegments > 1 else { return nil }
      return min(zeroCopySegments, Chain.longest)
    }
  }

  /// Nil if every frame fits the sockets that were bound.
  ///
  /// - Parameters:
  ///   - longest: bytes of the longest frame that all of them take.
  ///   - isZeroCopy: whether one that takes no chains is.
  func warning(longest: Int, isZeroCopy: Bool) -> String? {
    guard Self.isTooLong(mtu: mtu, for: longest) else { return nil }
    let remedy: String
    if isOn && isZeroCopy {
      remedy = ": in zero-copy this driver takes one chunk a frame; attach with --mode copy for longer ones"
    } else if chunkSize < 4096 {
      remedy = "; use --chunk-size 4096"
    } else {
      remedy = ": longer ones take Linux 6.6"
    }
    return Self.text(mtu: mtu, longest: longest) + remedy
  }

  static func text(mtu: UInt32, longest: Int) -> String {
    longest <= Configuration.longestFrame(chunkSize: 4096)
      ? "MTU \(mtu): frames over \(longest) bytes don't fit a chunk and are dropped (rx_dropped)"
      : "MTU \(mtu): frames over \(longest) bytes take more chunks than can be sent (rejected_invalid_descriptor)"
  }
}
