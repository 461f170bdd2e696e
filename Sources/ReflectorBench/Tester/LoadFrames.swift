import CGeneratorABI
import ReflectorCore
import ReflectorLab

/// The frame that a load is made of, as sent and as it must come back, and how its source varies.
struct LoadFrames: Sendable {
  let sent: [UInt8]
  let expected: [UInt8]
  private let load: Load

  /// The first source, and the port that goes with it.
  static let source = IPv4Address(10, 0, 0, 1)
  static let port: UInt16 = 4096
  /// Conversations of one source, which differ by its port.
  static let perAddress = 16

  init(_ load: Load) throws(TestFrameError) {
    let frame = try TestFrame(
      source: LabNetwork.testerMAC, destination: LabNetwork.reflectorMAC,
      network: .ipv4(from: Self.source, to: IPv4Address(192, 0, 2, 2)),
      // A veth has no FCS: 64 is 60 bytes here.
      sourcePort: Self.port, udpChecksum: .zero, payload: .ito(.probe), length: load.size - 4)
    sent = frame.bytes
    expected = frame.reflected(.all).bytes
    self.load = load
  }

  /// How many frames differ, and by what.
  func vary(_ settings: inout generator_settings) {
    settings.conversations = UInt32(max(load.conversations, load.networks))
    settings.per_address = load.networks > 1 ? 1 : UInt32(min(Self.perAddress, load.conversations))
    settings.address = Self.source.rawValue
    settings.address_step = load.networks > 1 ? 256 : 1
    settings.port = Self.port
    settings.header_sum = Self.headerSum(sent)
  }

  /// Of the IPv4 header without checksum and source address: what doesn't change.
  static func headerSum(_ frame: [UInt8]) -> UInt32 {
    let words = stride(from: 14, to: 34, by: 2).map { UInt32(frame[$0]) << 8 | UInt32(frame[$0 + 1]) }
    return words.enumerated().reduce(0) { [5, 6, 7].contains($1.offset) ? $0 : $0 + $1.element }
  }
}
